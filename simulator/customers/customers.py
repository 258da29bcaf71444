"""The customers: who they are, on what terms they buy, and how they pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Final, Literal

from shared.contracts.erp import CustomerChanged, Terms
from simulator.company import COMPANY_ID
from simulator.customers.bank_words import ARABIC, ENGLISH, FRENCH, GERMAN, JAPANESE, RUSSIAN, SPANISH, Language
from simulator.dice import Dice

Method = Literal["wire", "ach", "check", "lockbox", "card"]


class Behaviour(StrEnum):
    """How a customer pays; see `simulator.customers.behaviours`."""

    PROMPT = "prompt"
    TAKES_DISCOUNT = "takes the discount"
    SLOW = "slow"
    ON_STATEMENT = "pays on statement"
    PARTIAL = "partial payer"
    ROUND_SUMS = "pays round sums"
    FORGETS_REMITTANCE = "forgets the remittance"
    UNKNOWN_ACCOUNT = "pays from an unknown account"
    BREAKS_PROMISES = "breaks promises"
    STOPS_PAYING = "stops paying"


class Writing(StrEnum):
    """How a customer writes down what it pays."""

    LINES = "a line for each document"
    WORDS = "numbers in the text of the transfer"
    ORDERS = "its order where it pays one, else numbers in the text"


_HOW_MANY: Final = {
    Behaviour.PROMPT: 14, Behaviour.TAKES_DISCOUNT: 8, Behaviour.SLOW: 10, Behaviour.ON_STATEMENT: 6,
    Behaviour.PARTIAL: 5, Behaviour.ROUND_SUMS: 4, Behaviour.FORGETS_REMITTANCE: 4,
    Behaviour.UNKNOWN_ACCOUNT: 3, Behaviour.BREAKS_PROMISES: 3, Behaviour.STOPS_PAYING: 3,
}  # fmt: skip

NET_30, NET_45, NET_60 = Terms(net_days=30), Terms(net_days=45), Terms(net_days=60)
TWO_TEN_NET_30 = Terms(net_days=30, discount_days=10, discount_percent=Decimal(2))
ONE_FIFTEEN_NET_45 = Terms(net_days=45, discount_days=15, discount_percent=Decimal(1))


@dataclass(frozen=True, slots=True)
class Size:
    """How often and how much a customer buys; amounts in the customer's currency."""

    weight: int
    line_value: int
    """What an order line is worth on average."""
    limit_from: int
    limit_to: int


SMALL = Size(weight=2, line_value=250, limit_from=6_000, limit_to=12_000)
MEDIUM = Size(weight=3, line_value=700, limit_from=18_000, limit_to=40_000)
LARGE = Size(weight=4, line_value=1_800, limit_from=70_000, limit_to=150_000)

_CARD_EVERY: Final = 12
"""So many American customers, and one of them pays by card."""
_FIRST = (
    "Alder Creek", "Blue Harbor", "Cedar Point", "Dry Fork", "Eagle Pass", "Fox Hollow", "Granite Bay", "High Mesa",
    "Iron Bridge", "Juniper Hill", "Kettle River", "Lone Pine", "Maple Grove", "North Fork", "Oak Ridge", "Pine Bluff",
    "Quail Run", "Red Canyon", "Silver Lake", "Timber Cove", "Union Square", "Vista Verde", "Willow Bend", "York Mills",
)  # fmt: skip
_TRADE = ("Building Supply", "Contractors", "Dairies", "Facilities", "Foods", "Hotels", "Machine Works", "Schools")
_GERMAN = ("Adler", "Brückner", "Dietrich", "Größl", "Hartmann", "Kessler", "Lindner", "Vögele")
_BRITISH = ("Ashdown", "Bramley", "Calder", "Fenwick", "Hartley", "Thornbury")
_OTHER_SCRIPTS: Final = {"株式会社青山商会": JAPANESE, "شركة النخيل للتجارة": ARABIC, "ООО Северный Ветер": RUSSIAN}
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_WRITINGS: Final = (Writing.LINES,) * 6 + (Writing.WORDS,) * 3 + (Writing.ORDERS,)
_US_JURISDICTIONS = ("US-CA", "US-NY", "US-TX", "US-OR", "US-WA", "US-FL")


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: str
    version: int
    name: str
    currency: str
    credit_limit: Decimal
    terms: Terms
    price_list_id: str
    jurisdiction: str
    tax_exempt: bool
    payer_account: str
    other_account: str
    """An account that is in no books; `UNKNOWN_ACCOUNT` pays from it."""
    method: Method
    behaviour: Behaviour
    size: Size
    writes: Writing
    language: Language

    @property
    def bank_names(self) -> tuple[str, ...]:
        """The name as banks spell it: as it is, in capitals, without umlauts, in one character for the legal form."""
        latin = self.name.translate(_UMLAUTS)
        return tuple(dict.fromkeys((self.name, latin.upper(), self.name.replace("株式会社", "㈱"))))

    def changed(self) -> CustomerChanged:
        """The ERP's master data of this customer."""
        return CustomerChanged(
            customer_id=self.customer_id,
            version=self.version,
            company_id=COMPANY_ID,
            name=self.name,
            currency=self.currency,
            credit_limit=self.credit_limit,
            terms=self.terms,
            price_list_id=self.price_list_id,
            jurisdiction=self.jurisdiction,
            tax_exempt=self.tax_exempt,
            payer_accounts=(self.payer_account,),
            email=f"ap@{self.customer_id.lower()}.example",
        )

    def as_known(self, master: CustomerChanged) -> Customer:
        """This customer with the master data that were published earlier."""
        return replace(
            self,
            version=master.version,
            name=master.name,
            currency=master.currency,
            credit_limit=master.credit_limit,
            terms=master.terms,
            price_list_id=master.price_list_id,
            jurisdiction=master.jurisdiction,
            tax_exempt=master.tax_exempt,
            payer_account=(*master.payer_accounts, self.payer_account)[0],
        )


def sixty_customers(dice: Dice) -> dict[str, Customer]:
    """Sixty customers by id; every behaviour, currency and jurisdiction occurs whatever the seed."""
    behaviours = [behaviour for behaviour, count in _HOW_MANY.items() for _ in range(count)]
    dice.on("behaviours").shuffle(behaviours)
    names = _names(dice)
    customers = [_customer(dice, n, name, behaviours[n]) for n, name in enumerate(names)]
    return {customer.customer_id: customer for customer in customers}


def moved(customer: Customer, dice: Dice, jurisdictions: Sequence[str] = _US_JURISDICTIONS) -> Customer:
    """A change of master data: the customer moves its ship-to address to another state."""
    other = [jurisdiction for jurisdiction in jurisdictions if jurisdiction != customer.jurisdiction]
    choice = dice.on("moves", customer.customer_id, customer.version).choice(other)
    return replace(customer, version=customer.version + 1, jurisdiction=choice)


def _names(dice: Dice) -> list[str]:
    first, trade = (dice.on("names", n).sample(words, len(words)) for n, words in enumerate((_FIRST, _TRADE)))
    # The second round over the first words is shifted, so that it pairs them with other trades.
    american = [f"{first[n % len(first)]} {trade[(n + n // len(first) * 3) % len(trade)]}" for n in range(43)]
    american += _OTHER_SCRIPTS
    german = [f"{name} Werke GmbH" for name in _GERMAN]
    british = [f"{name} Stores Ltd" for name in _BRITISH]
    return american + german + british


def _customer(dice: Dice, n: int, name: str, behaviour: Behaviour) -> Customer:
    cast = dice.on("customer", n)
    currency, jurisdiction = ("USD", cast.choice(_US_JURISDICTIONS))
    if name.endswith("GmbH"):
        currency, jurisdiction = "EUR", "DE"
    elif name.endswith("Ltd"):
        currency, jurisdiction = "GBP", "GB"
    size = cast.choice((SMALL, SMALL, MEDIUM, MEDIUM, LARGE))
    key_account = size is LARGE and currency == "USD"
    return Customer(
        customer_id=f"C-{n + 1:03}",
        version=1,
        name=name,
        currency=currency,
        credit_limit=Decimal(cast.randrange(size.limit_from, size.limit_to, 500)),
        terms=_terms(cast, behaviour),
        price_list_id=f"{currency}-{'KEY' if key_account else 'STD'}",
        jurisdiction=jurisdiction,
        tax_exempt=cast.randrange(100) < 10,
        payer_account=_bank_account(cast, currency),
        other_account=_bank_account(cast, currency),
        method=_method(cast, n, currency, name),
        behaviour=behaviour,
        size=size,
        writes=dice.on("writes", n).choice(_WRITINGS) if name.isascii() else Writing.WORDS,
        language=_language(dice, n, name, currency),
    )


def _language(dice: Dice, n: int, name: str, currency: str) -> Language:
    if name in _OTHER_SCRIPTS:
        return _OTHER_SCRIPTS[name]
    spoken = {"EUR": (GERMAN, GERMAN, FRENCH), "GBP": (ENGLISH,)}.get(currency, (ENGLISH, ENGLISH, ENGLISH, SPANISH))
    return dice.on("language", n).choice(spoken)


def _method(cast: Random, n: int, currency: str, name: str) -> Method:
    usual: Method = cast.choice(("wire", "ach", "ach", "check", "lockbox"))
    if name in _OTHER_SCRIPTS:
        return "wire"
    return "card" if currency == "USD" and n % _CARD_EVERY == 0 else usual


def _terms(cast: Random, behaviour: Behaviour) -> Terms:
    if behaviour is Behaviour.TAKES_DISCOUNT:
        return cast.choice((TWO_TEN_NET_30, ONE_FIFTEEN_NET_45))
    return cast.choice((NET_30, NET_30, NET_30, NET_45, NET_60, TWO_TEN_NET_30))


def _bank_account(cast: Random, currency: str) -> str:
    if currency == "EUR":
        return _iban("DE", f"{cast.randrange(10**18):018}")
    if currency == "GBP":
        return _iban("GB", f"NWBK{cast.randrange(10**14):014}")
    return f"{cast.choice(('021000021', '121000248', '111000025'))}-{cast.randrange(10**10):010}"


def _iban(country: str, account: str) -> str:
    """An IBAN with its check digits (ISO 13616: mod 97)."""
    digits = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{account}"
