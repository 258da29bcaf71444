"""How payers write numbers into the text of a transfer."""

from __future__ import annotations

from random import Random

import pytest

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
    words_for_documents,
    words_for_order,
)

LANGUAGES = (ENGLISH, GERMAN, FRENCH, SPANISH, POLISH, JAPANESE, ARABIC, RUSSIAN)


def _all_texts(numbers: list[str], language: Language) -> set[str]:
    return {words_for_documents(numbers, language, Random(seed)) for seed in range(200)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_names_all_numbers_or_the_ends_of_a_range(language: Language) -> None:
    numbers = ["1000-00000012", "1000-00000003", "1000-00000004", "1000-00000005"]
    texts = _all_texts(numbers, language)
    assert len(texts) > 5
    for text in texts:
        assert all(number in text for number in ("00000012", "00000003", "00000005"))
        as_printed = text.replace("1000 0", "1000-0")
        assert "00000004" in text or f"1000-00000003{language.up_to}1000-00000005" in as_printed


def test_two_numbers_in_a_row_or_with_a_gap_are_no_range() -> None:
    for numbers in (["1-0007", "1-0008"], ["1-0001", "1-0003", "1-0005"], ["1-0009", "2-0010", "3-0011"]):
        assert all(all(number[2:] in text for number in numbers) for text in _all_texts(numbers, ENGLISH))


def test_an_order_is_named_as_it_is() -> None:
    assert words_for_order("SO-20260105-001", ENGLISH, Random(1)).split()[1] == "SO-20260105-001"
