"""XML as ISO 20022 uses it: no document type, no entities, nothing from outside, and no deeper than 256 levels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from lxml import etree

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.read_context import ReadContext

_DOCUMENT: Final = re.compile(r"\{[^}]*?([a-z]{4}\.\d{3})\.\d{3}\.(\d{2})[^}]*\}Document", re.A)
_NAMED: Final = re.compile(rb"[:/]([a-z]{4}\.\d{3})\.\d{3}\.\d{2}")
_CONTENTS: Final = {
    "BkToCstmrAcctRpt": "camt.052", "BkToCstmrStmt": "camt.053", "BkToCstmrDbtCdtNtfctn": "camt.054",
    "RmtAdvc": "remt.001",
}  # fmt: skip
"""The message by the one element within its Document."""

Element = Any


def message_of(head: str) -> str:
    """The kind of ISO 20022 message whose beginning this is, e.g. "camt.053"; empty for anything else.

    The header of a business message envelope (head.001) does not count: the message within it does.
    """
    for element, message in _CONTENTS.items():
        if re.search(rf"<(\w+:)?{element}[\s>]", head):
            return message
    named = [name.decode() for name in _NAMED.findall(head.encode("utf-8", "replace"))]
    return next((name for name in named if not name.startswith(("head", "nvlp"))), "")


class Message:
    """One message while it is read: its elements as they end, and short ways to what is within them."""

    def __init__(self, content: bytes, message: str, context: ReadContext) -> None:
        self._content = content
        self._message = message
        self._context = context
        self.begun = False
        self.namespace = ""
        self.version = ""

    def elements(self, *names: str) -> Iterator[Element]:
        """The elements of these names as each one ends. Raises UnreadableFile for what is no such message."""
        if b"<!DOCTYPE" in self._content or b"<!ENTITY" in self._content:
            self._context.fail("document", "a document type or entity is declared: such files are not taken")
        events = etree.iterparse(
            BytesIO(self._content), events=("end",), tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        try:
            for _, element in events:
                if not self.begun:
                    self._begin(element)
                self._context.check_time(place_of(element))
                yield element
        except etree.XMLSyntaxError as error:
            line = error.lineno or 0
            self._context.fail(f"line {line}", f"this is no well-formed XML: {error.msg}")
        if not self.begun:
            self._context.fail("document", f"this is no {self._message}: none of {', '.join(names)} is in it")

    def _begin(self, element: Element) -> None:
        """The message is what the Document around the element is, whatever envelope is around that."""
        tree = element.getroottree()
        if tree.docinfo.doctype or tree.docinfo.internalDTD is not None:
            self._context.fail("document", "a document type is declared: such files are not taken")
        document = next((one for one in element.iterancestors() if one.tag.endswith("Document")), None)
        tag = "" if document is None else str(document.tag)
        match = _DOCUMENT.fullmatch(tag)
        named = match[1] if match else ""
        if document is not None and match is None and len(document):
            named = _CONTENTS.get(etree.QName(document[0]).localname, "")
        if named != self._message:
            root = str(tree.getroot().tag)[:100]
            self._context.fail("Document", f"this is no {self._message}: its root is {tag[:100] or root}")
        self.begun = True
        self.namespace, self.version = tag[: -len("Document")], match[2] if match else ""

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

    def amount(self, element: Element, *paths: str, currency: str = "") -> Decimal | None:
        """The amount at the first of the paths that has one, in this currency or in none stated."""
        for path in paths:
            found = self.one(element, path)
            if found is not None and found.get("Ccy", currency) in {currency, ""}:
                return parsing.decimal(found.text or "")
        return None

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
