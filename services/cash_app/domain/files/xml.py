"""XML as ISO 20022 uses it: no document type, no entities, nothing from outside, and no deeper than 256 levels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from lxml import etree

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import Reading
from shared.contracts.erp import RemittanceLine

_NAMESPACE: Final = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:((?:camt|remt)\.\d{3})\.001\.(\d{2})\}Document", re.A)
_PROLOGUE_BYTES: Final = 2_000

Element = Any


def message_of(content: bytes) -> str:
    """The kind of ISO 20022 message a file seems to hold, e.g. "camt.053"; empty for anything else."""
    found = re.search(rb"iso:20022:tech:xsd:((?:camt|remt)\.\d{3})\.", content[:_PROLOGUE_BYTES])
    return found[1].decode() if found else ""


class Message:
    """One message while it is read: its elements as they end, and short ways to what is within them."""

    def __init__(self, content: bytes, message: str, reading: Reading) -> None:
        self._content = content
        self._message = message
        self._reading = reading
        self.namespace = ""
        self.version = ""

    def elements(self, *names: str) -> Iterator[Element]:
        """The elements of these names as each one ends. Raises Unreadable for what is no such message."""
        if b"<!DOCTYPE" in self._content or b"<!ENTITY" in self._content:
            self._reading.give_up("document", "a document type or entity is declared: such files are not taken")
        events = etree.iterparse(
            BytesIO(self._content), events=("end",), tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            for _, element in events:
                if not self.namespace:
                    self._begin(element)
                self._reading.tick(place_of(element))
                yield element
        except etree.XMLSyntaxError as error:
            line = error.lineno or 0
            self._reading.give_up(f"line {line}", f"this is no well-formed XML: {error.msg}")
        if not self.namespace:
            self._reading.give_up("document", f"this is no {self._message}: none of {', '.join(names)} is in it")

    def _begin(self, element: Element) -> None:
        tree = element.getroottree()
        if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
            self._reading.give_up("document", "a document type is declared: such files are not taken")
        root = tree.getroot()
        match = _NAMESPACE.fullmatch(root.tag)
        if match is None or match[1] != self._message:
            self._reading.give_up("Document", f"this is no {self._message}: its root is {str(root.tag)[:100]}")
        self.namespace, self.version = root.tag[: -len("Document")], match[2]

    def all(self, element: Element, path: str) -> list[Element]:
        found: list[Element] = element.findall(_qualified(self.namespace, path))
        return found

    def one(self, element: Element, path: str) -> Element | None:
        return element.find(_qualified(self.namespace, path))

    def text(self, element: Element, *paths: str) -> str:
        """The text at the first of the paths that has one."""
        for path in paths:
            found = element.findtext(_qualified(self.namespace, path))
            if found is not None and found.strip():
                return str(found).strip()
        return ""

    def texts(self, element: Element, path: str) -> list[str]:
        return [found.text.strip() for found in self.all(element, path) if found.text and found.text.strip()]


@lru_cache(maxsize=512)
def _qualified(namespace: str, path: str) -> str:
    return "/".join(part if part == "." else f"{namespace}{part}" for part in path.split("/"))


def place_of(element: Element) -> str:
    return f"line {element.sourceline} ({etree.QName(element).localname})"


def let_go(element: Element) -> None:
    """Frees what has been read, so that a large file does not stay in memory as a tree."""
    element.clear()
    before = element.getprevious()
    if before is not None and before.tag == element.tag:
        element.getparent().remove(before)


def structured_remittance(message: Message, holders: list[Element], whole: Decimal) -> tuple[
    tuple[RemittanceLine, ...], list[str]
]:  # fmt: skip
    """The documents that `RmtInf/Strd` names with what is paid on each, and what else is written there.

    A credit note (CREN) counts negative. One document without an amount is paid with the `whole`; of several the
    numbers are words only.
    """
    named: list[tuple[str, Decimal | None, Decimal]] = []
    words: list[str] = []
    for holder in holders:
        reference = message.text(holder, "CdtrRefInf/Ref")
        amounts = message.one(holder, "RfrdDocAmt")
        paid, discount = _paid(message, amounts) if amounts is not None else (None, Decimal(0))
        documents = message.all(holder, "RfrdDocInf")
        numbers = [number for document in documents if (number := message.text(document, "Nb"))]
        if documents and paid is not None and message.text(documents[0], "Tp/CdOrPrtry/Cd") == "CREN":
            paid = -abs(paid)
        named += [(number, paid if len(numbers) == 1 else None, discount) for number in numbers]
        if reference and not numbers:
            named.append((reference, paid, discount))
        words += message.texts(holder, "AddtlRmtInf")
    if len(named) == 1 and named[0][1] is None:
        named = [(named[0][0], whole, named[0][2])]
    if any(paid is None for _, paid, _ in named):
        return (), [number for number, _, _ in named] + words
    return figures.remittance((number, paid, off) for number, paid, off in named if paid is not None), words


def _paid(message: Message, amounts: Element) -> tuple[Decimal | None, Decimal]:
    paid = figures.decimal(message.text(amounts, "RmtdAmt"))
    off = [figures.decimal(text) for text in message.texts(amounts, "DscntApldAmt")]
    off += [figures.decimal(text) for text in message.texts(amounts, "DscntApldAmt/Amt")]
    if paid is None:
        due = figures.decimal(message.text(amounts, "DuePyblAmt"))
        return due, Decimal(0)
    return paid, sum((amount for amount in off if amount), Decimal(0))
