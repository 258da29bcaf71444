"""Names in every script: compared letter by letter, and never alike by what many names have in common."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.bank_files.domain.parsing import plain
from services.cash_app.identification.domain.identification import (
    Identification,
    PayerDetails,
    PayerKnowledge,
    identify,
)
from services.cash_app.identification.domain.name_likeness import DOUBTFUL_MAX, likeness
from services.cash_app.identification.domain.payer_name import KEY_CHARACTERS_MAX, name_key, name_tokens, read_name

FOUND = Path(__file__).parents[5] / "shared" / "data" / "found" / "payer-name-in-another-script.json"
CUSTOMERS = [
    ("C-1", "青空精機 Trading Co., Ltd."),
    ("C-2", "شركة الواحة الزرقاء للتجارة"),
    ("C-3", "有限会社緑川製作所"),
    ("C-4", "ООО Тихая Гавань"),
    ("C-5", "مصنع 7 للزجاج"),
    ("C-6", "Brückner & Söhne Holzbau GmbH"),
    ("C-7", "Mærsø Fiskehandel ApS"),
]


def who(name: str, customers: Sequence[tuple[str, str]] = CUSTOMERS, **rules: Any) -> Identification:
    """Who paid under that name, among customers that its tokens find."""
    asked = set(name_tokens(name))
    found = [(customer, written) for customer, written in customers if asked & set(name_tokens(written))]
    known = PayerKnowledge({customer: customer for customer, _ in customers}, names={name_key(name): found})
    policy = ApplicationRules.model_validate({"identification": rules})
    return identify(PayerDetails("1000", "USD", None, None, name), known, policy)


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("赤土精機 Trading Co., Ltd.", None),
        ("Завод 7", None),
        ("شركة الواحة الزرقاء للتجارة", "C-2"),
        ("有限会社緑川製作所", "C-3"),
        ("ООО ТИХАЯ ГАВАНЬ", "C-4"),
        ("BRUECKNER UND SOEHNE HOLZBAU GMBH", "C-6"),
        ("MAERSOE FISKEHANDEL APS", "C-7"),
    ],
)
def test_names_found_in_practice(payer: str, customer: str | None) -> None:
    assert who(payer).customer_id == customer


def test_the_right_values_of_the_found_names() -> None:
    if not FOUND.exists():
        pytest.skip(f"{FOUND} is not here")
    found = json.loads(FOUND.read_bytes())
    customers = [(each["customer_id"], each["name"]) for each in found["given"]["customers"]]
    for right in found["right"]:
        customer = who(right["payer_name"], customers).customer_id
        assert (customer or "suspense") == right["to"].replace(",", "").split()[0]


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("Müller Bau GmbH", "MUELLER BAU GMBH"),
        ("Müller Bau GmbH", "MULLER BAU GMBH"),
        ("Müller Bau GmbH", "Mu\u0308ller Bau GmbH"),
        ("Großmann Öl AG", "GROSSMANN OEL AG"),
        ("Café Zürich", "Cafe Zürich"),
        ("Ångström Øst A/S", "AANGSTROEM OEST A/S"),
        ("Ångström Øst A/S", "ANGSTROM OST AS"),
        ("Łódź Stal Sp. z o.o.", "LODZ STAL SP Z O O"),
        ("Đurović d.o.o.", "DUROVIC DOO"),
        ("Þórsmörk ehf.", "THORSMORK EHF"),
        ("Příbram Sklo s.r.o.", "PRIBRAM SKLO S R O"),
        ("Příbram Sklo s.r.o.", "Příbram Sklo, spol. s r.o."),
        ("Işık Tekstil A.Ş.", "ISIK TEKSTIL A.S."),
        ("Işık Tekstil A.Ş.", "IŞIK TEKSTİL A.Ş."),
        ("Công ty TNHH Hoàng Hải", "CONG TY TNHH HOANG HAI"),
        ("Αθηναϊκή Ζυθοποιία Α.Ε.", "ΑΘΗΝΑΪΚΗ ΖΥΘΟΠΟΙΙΑ ΑΕ"),
        ("Σπύρος Νίκος Ο.Ε.", "ΣΠΥΡΟΣ ΝΙΚΟΣ Ο.Ε."),
        ("Acme Widgets Ltd", "\uff21\uff23\uff2d\uff25 \uff37\uff29\uff24\uff27\uff25\uff34\uff33 \uff2c\uff34\uff24"),
        ("株式会社青空", "㈱青空"),
        ("株式会社ミドリカワ", "ｶ)ﾐﾄﾞﾘｶﾜ"),
        ("青空商会株式会社", "青空商会　株式会社"),
        ("주식회사 한빛전자", "(주)한빛전자"),
        ("한빛전자", unicodedata.normalize("NFD", "한빛전자")),
        ("שלום תעשיות בע\"מ", "שלום תעשיות בע״מ"),
        ("שָׁלוֹם מזון", "שלום מזון"),
        ("شركة الفجر", "\u200fشركة \u200bالفجر\u200e"),
        ("مُحَمَّد للأغذية", "محمد للأغذية"),
        ("مصنع 7 للزجاج", "مصنع ٧ للزجاج"),
        ("บริษัท ปูนซีเมนต์สยาม จำกัด (มหาชน)", "บริษัทปูนซีเมนต์สยามจำกัด(มหาชน)"),
        ("हिन्दुस्तान स्टील लिमिटेड", "हिन्दुस्तान स्टील लि."),
        ("O'Brien & Sons Ltd", "OBRIEN AND SONS LIMITED"),
        ("Ortega y Gasset S.A.", "ORTEGA & GASSET SA"),
        ("Dupont et Fils SARL", "Dupont & Fils S.A.R.L."),
        ("Holzbau Nord", "Holz-Bau Nord"),
    ],
)  # fmt: skip
def test_the_same_name_in_another_writing_is_the_same_customer(written: str, also: str) -> None:
    assert likeness(written, also).score >= 92
    assert who(also, [("C-1", written), ("C-2", "Quite Another Name Inc.")]).customer_id == "C-1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("青空精機 Trading Co., Ltd.", "赤土精機 Trading Co., Ltd."),
        ("Завод 7", "مصنع 7 للزجاج"),
        ("株式会社青空", "株式会社赤土"),
        ("有限会社緑川製作所", "有限会社黒川製作所"),
        ("東京電力技術開発研究所工業設備株式会社", "東北電力技術開発研究所工業設備株式会社"),
        ("上海国际贸易有限公司", "北京国际贸易有限公司"),
        ("주식회사 한빛", "주식회사 새빛"),
        ("شركة الواحة الزرقاء للتجارة", "شركة الراحة الزرقاء للتجارة"),
        ("مؤسسة النور للتجارة", "مؤسسة الهدى للتجارة"),
        ("שלום סחר בע\"מ", "כרמל סחר בע\"מ"),
        ("บริษัท ปูนซีเมนต์สยาม จำกัด", "บริษัท น้ำตาลสยาม จำกัด"),
        ("हिन्दुस्तान स्टील लिमिटेड", "हिन्दुस्तान पेपर लिमिटेड"),
        ("ООО Восток Сервис", "ООО Запад Сервис"),
        ("ООО Торговый дом", "ООО Торговая компания"),
        ("Alpha Trading International Ltd", "Beta Trading International Ltd"),
        ("International Trading Services Group", "International Trading Group"),
        ("Nord Handelsgesellschaft mbH", "Süd Handelsgesellschaft mbH"),
        ("Werk 7 GmbH", "Werk 8 GmbH"),
        ("Autohaus Niederrhein Zentrum 1", "Autohaus Niederrhein Zentrum 2"),
        ("Immobilien Fonds Westend II", "Immobilien Fonds Westend III"),
        ("Müller Bau GmbH", "Möller Bau GmbH"),
        ("Deutsche Bank AG", "Deutsche Bahn AG"),
        ("Wang Li", "Wang Lin"),
        ("Bảo Long", "Bạo Lọng"),
        ("...", "!!!"),
        ("", "GmbH"),
        ("\u200b", "\u200f"),
        ("7", "7 Ltd International"),
    ],
)  # fmt: skip
def test_strangers_with_common_words_forms_or_numbers_are_not_alike(one: str, other: str) -> None:
    assert likeness(one, other).score <= DOUBTFUL_MAX or likeness(one, other).score < 92
    assert who(one, [("C-1", other)]).customer_id is None
    assert who(other, [("C-1", one)]).customer_id is None


@pytest.mark.parametrize(
    ("payer", "other"),
    [
        ("Alpha Trading International Ltd", "Beta Trading International Ltd"),
        ("Nord Services Group", "West Services Group"),
        ("上海国际贸易有限公司", "北京国际贸易有限公司"),
        ("Завод 7", "مصنع 7 للزجاج"),
        ("赤土精機 Trading Co., Ltd.", "青空精機 Trading Co., Ltd."),
    ],
)
def test_strangers_are_not_even_candidates(payer: str, other: str) -> None:
    assert who(payer, [("C-1", other)]).candidates == ()


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("OOO TIKHAYA GAVAN", "C-4"),
        ("TIKHAYA GAVAN LLC", "C-4"),
        ("Τίχαγια Γκάβαν", None),
    ],
)
def test_latin_letters_for_another_script_are_a_suggestion_only(payer: str, customer: str | None) -> None:
    found = who(payer)
    assert found.customer_id is None
    assert [candidate.customer_id for candidate in found.candidates] == ([customer] if customer else [])
    if customer:
        assert "in Latin letters" in found.candidates[0].evidence


def test_a_company_may_let_latin_letters_identify() -> None:
    assert who("OOO TIKHAYA GAVAN", transliterated_points="0").customer_id == "C-4"
    assert who("ATHINAIKI ZYTHOPOIIA", [("C-1", "Αθηναϊκή Ζυθοποιία")], transliterated_points="8").customer_id == "C-1"


class TestLegalForms:
    CUSTOMERS = (("C-1", "Muster Holzbau GmbH"), ("C-2", "Muster Holzbau AG"))

    def test_the_same_form_is_more_than_another(self) -> None:
        assert who("MUSTER HOLZBAU GMBH", self.CUSTOMERS).customer_id == "C-1"
        assert who("MUSTER HOLZBAU AG", self.CUSTOMERS).customer_id == "C-2"

    def test_without_a_form_or_with_a_third_it_is_either(self) -> None:
        for name in ("Muster Holzbau", "Muster Holzbau SE", "Muster Holzbau GmbH & Co. KG"):
            found = who(name, self.CUSTOMERS)
            assert found.customer_id is None
            assert [candidate.customer_id for candidate in found.candidates] == ["C-1", "C-2"]

    def test_one_customer_is_alike_but_for_the_form(self) -> None:
        assert who("Muster Holzbau", self.CUSTOMERS[:1]).customer_id == "C-1"
        found = who("Muster Holzbau AG", self.CUSTOMERS[:1])
        assert found.customer_id == "C-1" and "92 % like" in found.why and "another legal form" in found.why
        assert who("Muster Holzbau AG", self.CUSTOMERS[:1], other_legal_form_points="9").customer_id is None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("X Widgets Ltd", "X Widgets Co., Limited"),
            ("X Widgets S.p.A.", "X WIDGETS SPA"),
            ("X Widgets Sp. z o.o.", "X Widgets Spółka z ograniczoną odpowiedzialnością"),
            ("ООО Иволга", "Иволга, ООО"),
            ("ООО Иволга", "Общество с ограниченной ответственностью «Иволга»"),
            ("X Widgets A/S", "X WIDGETS AS"),
            ("X Widgets Kft.", "X WIDGETS KFT"),
            ("青空有限公司", "青空 有限公司"),
            ("Ace Textiles (Pvt.) Ltd.", "ACE TEXTILES PVT LTD"),
        ],
    )
    def test_a_form_in_another_writing_is_the_same_form(self, one: str, other: str) -> None:
        assert likeness(one, other) == (100.0, 100.0, "")

    def test_a_name_of_forms_only_keeps_its_words(self) -> None:
        assert who("THE LIMITED", [("C-1", "The Limited"), ("C-2", "The Company")]).customer_id == "C-1"
        assert likeness("Ltd", "Limited Company").score < 92


class TestKeys:
    def test_a_taught_name_is_exactly_that_name(self) -> None:
        assert name_key("有限会社緑川製作所") == name_key("有限会社 緑川製作所")
        assert name_key("有限会社緑川製作所") != name_key("有限会社緑山製作所") != name_key("株式会社緑川製作所")
        assert name_key("MÜLLER, GmbH") == name_key("mu\u0308ller gmbh") != name_key("Muller GmbH")
        assert name_key("कि") != name_key("की")

    def test_a_name_taught_without_a_legal_form_holds_with_one_but_not_the_other_way_round(self) -> None:
        assert read_name("DFM Bakery Ltd").taught_as == ("dfm bakery ltd", "dfm bakery")
        assert read_name("DFM Bakery").taught_as == ("dfm bakery",)
        assert read_name("General Trading Ltd").taught_as == ("general trading ltd",)

    @pytest.mark.parametrize(
        "name", ["", " ", "...", "---/", "\u200b\u200f\u202e", "★", "\u3164", "\u0301", "NOTPROVIDED", "N/A"]
    )
    def test_a_name_without_letters_has_no_key_and_no_tokens(self, name: str) -> None:
        assert name_key(name) == "" and name_tokens(name) == []

    def test_a_long_name_has_a_bounded_key_of_its_own(self) -> None:
        one, other = "ﷺ" * 199 + "a", "ﷺ" * 199 + "b"
        assert len(name_key(one)) <= KEY_CHARACTERS_MAX and name_key(one) != name_key(other)
        assert likeness(one, one).score == 100
        assert who("ä" * 200, [("C-1", "Ä" * 200)]).customer_id == "C-1"
        assert all(len(token) <= 64 for token in name_tokens("漢" * 200)) and len(name_tokens("漢字" * 100)) < 50

    def test_words_of_scripts_without_blanks_are_looked_up_by_pairs_of_letters(self) -> None:
        assert {"緑川", "川工", "工務"} <= set(name_tokens("緑川工務店"))
        assert {"alde*", "*lder", "alder creek", "foods"} <= set(name_tokens("ALDER CREEK FOODS"))


def test_a_bank_files_name_keeps_its_letters_and_loses_invisible_marks() -> None:
    assert plain("\u200fشركة\u00a0الف\u200bجر\u200e\r\n", 200) == "شركة الفجر"
    assert plain("有限会社\u3000緑川製作所\x00", 200) == "有限会社 緑川製作所"
    assert name_key(plain("緑" * 250, 200)) == "緑" * 200


NAMES = st.text(st.sampled_from("abcdefgh äöüßıİ青空精機緑 абвгдё שלום ابت กขค 한빛 &.,-7"), max_size=30)


@given(NAMES, NAMES)
def test_names_whose_letters_differ_are_never_the_same(one: str, other: str) -> None:
    found = likeness(one, other)
    assert found == likeness(other, one)
    assert 0 <= found.score <= found.letters <= 100
    if found.score == 100:
        assert _letters(one) & _letters(other)
    if not name_key(one):
        assert found.score == 0


@given(NAMES)
def test_a_name_is_like_itself_in_capitals_and_in_any_normal_form(name: str) -> None:
    if not name_key(name):
        return
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert likeness(name, unicodedata.normalize(form, name)).score == 100  # type: ignore[arg-type]
    assert likeness(name, name.upper()).score == 100


@given(st.text(max_size=200))
def test_any_text_is_a_name(name: str) -> None:
    assert len(name_key(name)) <= KEY_CHARACTERS_MAX
    assert likeness(name, name).score == (100 if name_key(name) else 0)
    assert read_name(name).core or not name_key(name)


def _letters(name: str) -> set[str]:
    """The letters of a name in any order, in each of its spellings."""
    written = read_name(name)
    return {"".join(sorted("".join(words).replace("&", ""))) for words in (written.core, *written.spellings)}
