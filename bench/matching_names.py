"""Names of customers in several scripts, and how banks and payers write them."""

from __future__ import annotations

import random
from typing import Final

from simulator.customers.bank_words import (
    ARABIC,
    ENGLISH,
    FRENCH,
    GERMAN,
    JAPANESE,
    POLISH,
    RUSSIAN,
    SPANISH,
    Language,
)

_FIRST: Final = (
    "Alder Creek", "Blue Harbor", "Cedar Point", "Dry Fork", "Eagle Pass", "Fox Hollow", "Granite Bay", "High Mesa",
    "Iron Bridge", "Juniper Hill", "Kettle River", "Lone Pine", "Maple Grove", "North Fork", "Oak Ridge", "Pine Bluff",
    "Quail Run", "Red Canyon", "Silver Lake", "Timber Cove", "Union Square", "Vista Verde", "Willow Bend", "York Mills",
    "Amber Falls", "Birch Landing", "Copper Basin", "Deer Valley", "Elk Meadow", "Falcon Crest", "Golden Prairie",
    "Harvest Moon", "Indigo Shore", "Jade Garden", "Kingfisher Bend", "Lavender Field", "Mirror Pond", "Nettle Wood",
    "Orchard View", "Pebble Beach", "Quarry Park", "River Stone", "Summit Trail", "Thunder Butte", "Upland Terrace",
    "Violet Mountain", "Whisper Glen", "Yellow Poplar", "Zephyr Heights", "Crystal Springs",
)  # fmt: skip
_TRADE: Final = (
    "Building Supply", "Contractors", "Dairies", "Facilities", "Foods", "Hotels", "Machine Works", "Schools",
    "Automotive", "Bakery", "Ceramics", "Dental Group", "Electric", "Fabricators", "Glassworks", "Hardware",
    "Insulation", "Joinery", "Kitchens", "Logistics", "Marine", "Nurseries", "Optical", "Plumbing", "Quilting",
    "Roofing", "Solar", "Textiles", "Upholstery", "Veterinary", "Wineries", "Yachting", "Acoustics", "Brewing",
    "Coatings", "Drilling", "Engraving", "Flooring", "Galvanizing", "Harvesters",
)  # fmt: skip
_JAPANESE: Final = (
    ("青", "赤", "白", "大", "小", "東", "西", "南", "北", "中"),
    ("山商会", "川工業", "田商店", "島物産"),
)
_RUSSIAN: Final = (("Северный", "Южный", "Новый", "Белый", "Чистый"), ("Ветер", "Берег", "Завод", "Мост", "Дом"))
_ARABIC: Final = (("النخيل", "الوادي", "الشرق", "البحر", "الواحة"), ("للتجارة", "للصناعة", "للبناء", "للأغذية"))
_GERMAN: Final = (("Müller", "Brückner", "Größl", "Vögele", "Jäger"), ("Bräu", "Möbel", "Küchen", "Gemüse", "Öfen"))
_OTHER_SCRIPTS_EVERY: Final = 16
"""One customer in so many has a name that is not in plain Latin letters."""
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ö": "Oe"})
_LANGUAGE_OF: Final = {"株": JAPANESE, "О": RUSSIAN, "ش": ARABIC}
"""By the first letter of the name."""


def names(dice: random.Random, count: int) -> list[str]:
    """So many different names; some, as long as there are enough, in other scripts."""
    latin = [f"{first} {trade}" for first in _FIRST for trade in _TRADE]
    dice.shuffle(latin)
    others = [f"株式会社{one}{other}" for one in _JAPANESE[0] for other in _JAPANESE[1]]
    others += [f"ООО {one} {other}" for one in _RUSSIAN[0] for other in _RUSSIAN[1]]
    others += [f"شركة {one} {other}" for one in _ARABIC[0] for other in _ARABIC[1]]
    others += [f"{one} {other} GmbH" for one in _GERMAN[0] for other in _GERMAN[1]]
    dice.shuffle(others)
    chosen = latin[:count]
    for place, name in zip(range(_OTHER_SCRIPTS_EVERY // 2, count, _OTHER_SCRIPTS_EVERY), others, strict=False):
        chosen[place] = name
    return chosen


def in_master_data(name: str, number: int) -> str:
    """With its legal form."""
    return f"{name} {('Inc.', 'LLC', 'Ltd', 'Co.')[number % 4]}" if name.isascii() else name


def language_of(name: str, dice: random.Random) -> Language:
    """The language in which a payer of the name writes."""
    if name.endswith("GmbH"):
        return GERMAN
    return _LANGUAGE_OF.get(name[0]) or dice.choice((ENGLISH, ENGLISH, ENGLISH, SPANISH, FRENCH, POLISH))


def as_reported(name: str, dice: random.Random) -> str:
    """As the bank has it: as it is, in capitals with another legal form, or with a letter missing."""
    throw = dice.random()
    if throw < 0.6:
        return name
    if not name.isascii():
        return dice.choice((name.upper(), name.translate(_UMLAUTS).upper(), name.replace("株式会社", "㈱")))
    if throw < 0.85:
        return f"{name.upper()} {dice.choice(('INC', 'LLC', 'CORP'))}"
    at = dice.randrange(1, len(name) - 1)
    return name[:at] + name[at + 1 :]


def made_up(dice: random.Random) -> str:
    """A name under which a customer pays that is not its own."""
    return f"{_word(dice)} {_word(dice)} Holdings"


def _word(dice: random.Random) -> str:
    return "".join(dice.choice("bcdfghklmnprstvw") + dice.choice("aeiou") for _ in range(3)).title()
