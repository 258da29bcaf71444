"""Documents that the bank's words name: a remittance without amounts, which goes before every rule.

What the words name is settled where the money is theirs to the cent: their open amounts, less earned discounts and less
the credit memos named beside them. Otherwise the money waits for a person with the finding as a suggestion; it never
settles a document that the words do not name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import CustomerRules
from services.cash_app.application.domain.customer_subledger import CreditMemo, CustomerSubledger
from services.cash_app.application.domain.named_item import TermsInForce, settle_named
from services.cash_app.application.domain.remittance import settle_foreign
from services.cash_app.application.domain.settlement import Proposal, SettledLine, StatedAmount
from services.cash_app.application.domain.tolerance import within
from services.cash_app.application.domain.words_finding import Finding, Named, WordsCase, documents_of, what_is_named
from services.cash_app.open_items.domain.document_number import document_key, is_near, reference_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from services.cash_app.remittance_text.domain.mentions import (
    Chosen,
    choose,
    read_mentions,
)
from shared.kernel.money import Money, minor_units

NOTHING: Final = Decimal(0)
_NUMBERS_SHOWN_MAX: Final = 8
_SUMMED_ITEMS_MAX: Final = 60
_SUMS_MAX: Final = 20_000
"""Of more sums than this none is searched."""
_NEAR_ITEMS_MAX: Final = 50
_DIGITS_OF_AN_ENDING: Final = 3
"""The end of a number with fewer digits than this means a document only where the amount agrees."""
_PENDING_LINE_NO: Final = 1


def by_words(payment: Payment, book: CustomerSubledger, rules: CustomerRules) -> Proposal | None:
    """Settles what the words name; None where they name no document, so that the rules decide."""
    mentions = read_mentions(payment.words)
    if not mentions:
        return None
    terms = TermsInForce(rules, book.discount_day(payment, rules), payment.value_date, "the bank's words name")
    case = WordsCase(payment, book, rules, terms)
    chosen = choose(mentions, lambda mention, key: documents_of(mention, key, case))
    sure = [one for one in chosen if one.sure]
    single = [mention for mention in mentions if len(mention.numbers) == 1]
    for reading in _readings(chosen, sure, choose(single, lambda mention, key: documents_of(mention, key, case))):
        finding = what_is_named(reading, mentions, case)
        if finding.items and (proposal := _explained(finding, case)):
            return proposal
    finding = what_is_named(sure, mentions, case)
    written = {mention.written for mention in read_mentions(payment.details)}
    if rules.bank_words.unknown_numbers == "ignore":
        finding.unknown = []
    # A reference may look like a number of ours by chance: only the bank's words name what is not known.
    finding.unknown = [mention for mention in finding.unknown if mention.written in written]
    if not finding.names_something:
        return None
    return (
        _with_a_slip(finding, case)
        or _part_payment(finding, case)
        or _in_another_currency(finding, case)
        or _left_for_review(finding, case)
    )


def _readings(
    chosen: Sequence[Chosen[Named]], sure: Sequence[Chosen[Named]], single: Sequence[Chosen[Named]]
) -> list[Sequence[Chosen[Named]]]:
    """What the words may mean, the likeliest first: sure numbers, all numbers, and a dash that is no range."""
    readings: list[Sequence[Chosen[Named]]] = [sure]
    for other in (chosen, single):
        if list(other) not in [list(reading) for reading in readings]:
            readings.append(other)
    return readings


def _explained(finding: Finding, case: WordsCase) -> Proposal | None:
    """The documents named are settled where the money is theirs to the cent."""
    items = list(finding.items.values())
    if any((item.company_id, item.currency) != (case.payment.company_id, case.payment.currency) for item in items):
        return None
    credit = sum((memo.left for memo in finding.memos), NOTHING)
    chosen = _paid_exactly(items, case.money + credit, case)
    if chosen is None and any(len(group) > 1 for group in finding.groups):
        chosen = _some_paid_exactly(finding, items, case.money + credit)
    if chosen is None:
        return None
    lines, money = _credit_lines(finding, [item for item, _ in chosen]), case.money
    credited: dict[str, Decimal] = {}
    for line in lines:
        credited[line.item.item_id] = credited.get(line.item.item_id, NOTHING) + line.cash
    together = f"; the {len(chosen)} documents named are exactly the payment" if len(chosen) > 1 else ""
    for item, amount in chosen:
        cash = min(amount - credited.get(item.item_id, NOTHING), money)
        if cash > 0:
            line = _line(item, cash, finding, case, credited.get(item.item_id, NOTHING))
            lines.append(line._replace(why=f"{line.why}{together}"))
            money -= cash
    notes = [_memo_note(memo) for memo in finding.memos if not memo.left]
    return Proposal(lines, notes=notes)


def _paid_exactly(items: Sequence[OpenItem], money: Decimal, case: WordsCase) -> list[tuple[OpenItem, Decimal]] | None:
    """The items with what of the money each gets, where the money is all of them, less discounts, within tolerance."""
    if not items:
        return None
    gross = sum((item.open_amount for item in items), NOTHING)
    missing = gross - money
    if missing == 0:
        return [(item, item.open_amount) for item in items]
    currency = case.payment.currency
    nets = {item.item_id: discount.net_amount(item, case.terms.discount_day) for item in items}
    discounted = [item for item in items if nets[item.item_id] < item.open_amount]
    taken = [item.open_amount - nets[item.item_id] for item in discounted]
    if missing > 0 and discounted and len(discounted) <= _SUMMED_ITEMS_MAX:
        if missing == sum(taken, NOTHING):
            return [(item, nets[item.item_id]) for item in items]
        found = _only_sum([minor_units(one, currency) for one in taken], minor_units(missing, currency))
        if found:
            short = {discounted[position].item_id for position in found}
            return [(item, nets[item.item_id] if item.item_id in short else item.open_amount) for item in items]
    return _within_tolerance(items, missing, nets, case)


def _within_tolerance(
    items: Sequence[OpenItem], missing: Decimal, nets: dict[str, Decimal], case: WordsCase
) -> list[tuple[OpenItem, Decimal]] | None:
    """Where only a small difference is missing or too much, with all discounts or none, the largest item bears it."""
    rules = case.rules.tolerance
    largest = max(items, key=lambda item: item.open_amount)
    for amounts in ({item.item_id: item.open_amount for item in items}, nets):
        total = sum(amounts.values(), NOTHING)
        short = missing - (sum((item.open_amount for item in items), NOTHING) - total)
        if short > 0 and within(short, largest, rules):
            return [(item, amounts[item.item_id] - (short if item is largest else NOTHING)) for item in items]
        if short < 0 and -short <= rules.amount and -short * 100 <= total * rules.percent:
            return [(item, amounts[item.item_id]) for item in items]
    return None


def _some_paid_exactly(
    finding: Finding, items: Sequence[OpenItem], money: Decimal
) -> list[tuple[OpenItem, Decimal]] | None:
    """Where one number is on several items: the only ones of them that the money is, at least one of each number."""
    if len(items) > _SUMMED_ITEMS_MAX:
        return None
    currency = items[0].currency
    found = _only_sum([minor_units(item.open_amount, currency) for item in items], minor_units(money, currency))
    chosen = [items[position] for position in found]
    ids = {item.item_id for item in chosen}
    if not chosen or not all(ids.intersection(group) for group in finding.groups):
        return None
    return [(item, item.open_amount) for item in chosen]


def _only_sum(amounts: Sequence[int], target: int) -> tuple[int, ...]:
    """The positions of the only amounts that add up to `target`; empty where none or several combinations do."""
    reached: dict[int, tuple[int, ...] | None] = {0: ()}
    for position, amount in enumerate(amounts):
        for total, positions in list(reached.items()):
            if total + amount <= target:
                again = total + amount in reached or positions is None
                reached[total + amount] = None if again or positions is None else (*positions, position)
        if len(reached) > _SUMS_MAX:
            return ()
    return reached.get(target) or ()


def _credit_lines(finding: Finding, items: Sequence[OpenItem]) -> list[SettledLine]:
    """What the credit memos named settle: the document that each corrects first, then the others in their order."""
    lines: list[SettledLine] = []
    room = {item.item_id: item.open_amount for item in items}
    for memo in finding.memos:
        left = memo.left
        corrected = {document_key(line.document_number) for line in memo.held.remittance} if memo.held else set()
        for item in sorted(items, key=lambda item: document_key(item.document_number) not in corrected):
            amount = min(left, room[item.item_id])
            if amount > 0:
                room[item.item_id] -= amount
                left -= amount
                why = f"the bank's words name credit memo {memo.number} beside {item.document_number}"
                lines.append(SettledLine(item, amount, NOTHING, "bank_words", why, paid_by=memo.held))
    return lines


def _memo_note(memo: CreditMemo) -> str:
    used = "; ".join(f"{Money(use.amount, memo.currency)} for {use.document_number} on {use.on}" for use in memo.uses)
    return f"credit memo {memo.number}, which the bank's words name, was used before: {used or 'nothing is left of it'}"


def _line(item: OpenItem, cash: Decimal, finding: Finding, case: WordsCase, credited: Decimal = NOTHING) -> SettledLine:
    """Cash for an item that the words name; `credited` is what credit memos settle of it before."""
    rest = item if not credited else replace(item, open_amount=item.open_amount - credited)
    settled = settle_named(rest, StatedAmount(cash, NOTHING), case.terms)
    return settled._replace(item=item, rule="bank_words", evidence=finding.evidence.get(item.item_id, ""), score=95)


def _with_a_slip(finding: Finding, case: WordsCase) -> Proposal | None:
    """One number that is not known is one typing error away from the only item with exactly the rest of the money."""
    if len(finding.unknown) != 1 or finding.foreign:
        return None
    day, written = case.terms.discount_day, finding.unknown[0].written
    named = sum((item.open_amount for item in finding.items.values()), NOTHING)
    rest = case.money + sum((memo.left for memo in finding.memos), NOTHING) - named
    near = [
        item
        for item in case.book.pool(case.payment).closed_by(rest, day, _NEAR_ITEMS_MAX)
        if item.item_id not in finding.items and is_near(written, item.document_number)
    ]
    if rest <= 0 or len(near) != 1:
        return None
    meant = near[0]
    finding.items[meant.item_id] = meant
    finding.evidence[meant.item_id] = (
        f'the bank\'s words contain "{written}": {meant.document_number} differs by one typing error and has exactly '
        "this amount open"
    )
    proposal = _explained(finding, case)
    if proposal is not None:
        proposal.lines = [
            line._replace(score=90) if line.item is meant and line.paid_by is None else line for line in proposal.lines
        ]
    return proposal


def _part_payment(finding: Finding, case: WordsCase) -> Proposal | None:
    """Money that is less than what is open on the only document named is paid on it; the rest stays open.

    Of a document that is due in instalments, the oldest are paid first.
    """
    items = sorted(finding.items.values(), key=lambda item: item.age)
    if (
        finding.names_more_than_items
        or len({item.document_number for item in items}) != 1
        or not case.rules.bank_words.part_payment
    ):
        return None
    total = sum((item.open_amount for item in items), NOTHING)
    if items[0].currency != case.payment.currency or case.money >= total:
        return None
    return Proposal(_suggested(finding, case))


def _in_another_currency(finding: Finding, case: WordsCase) -> Proposal | None:
    """The only document named is in another currency: it is paid at the rate of the value date, as far as that goes."""
    if finding.names_more_than_items or len(finding.items) != 1:
        return None
    (item,) = finding.items.values()
    if item.currency == case.payment.currency:
        return None
    line = settle_foreign(item, StatedAmount(case.money, NOTHING), case.payment, case.terms, case.book)
    if line is None or (line.closes < item.open_amount and not case.rules.bank_words.part_payment):
        return None
    line = line._replace(rule="bank_words", evidence=finding.evidence.get(item.item_id, ""), score=90)
    return Proposal([line], doubtful=line.used < case.money)


def _left_for_review(finding: Finding, case: WordsCase) -> Proposal:
    """Nothing is settled: the money waits for the only unknown document, or for a person who sees what was found."""
    money, currency = case.money, case.payment.currency
    proposal = Proposal(doubtful=True)
    if len(finding.unknown) == 1 and not (finding.items or finding.settled or finding.foreign or finding.memos):
        number = finding.unknown[0].written
        proposal.notes.append(
            f"the bank's words name {number}, which is not known yet: {Money(money, currency)} waits for it"
        )
        proposal.pending.append(_pending(number, case))
        return proposal
    if len(finding.paid_orders) == 1 and not (finding.items or finding.unknown or finding.foreign or finding.memos):
        number = finding.paid_orders[0]
        waiting = f"{Money(money, currency)} waits for its next one"
        proposal.notes.append(f"all invoices of order {number} are paid: {waiting}")
        proposal.pending.append(_pending(number, case))
        return proposal
    items = list(finding.items.values())
    known = [item.document_number for item in items]
    parts = []
    if known:
        parts.append(f"{_listed(known)}, of which {_open_of(items)} is open")
    if finding.memos:
        parts.append(f"credit memo {_listed([memo.number for memo in finding.memos])}")
    if finding.settled:
        parts.append(f"{_listed(finding.settled)}, which is settled")
    if finding.foreign:
        parts.append(f"{_listed(finding.foreign)}, which is another customer's")
    if finding.unknown:
        parts.append(f"{_listed([mention.written for mention in finding.unknown])}, which is not known")
    proposal.notes.append(
        f"the bank's words name {'; and '.join(parts)}; the payment is {Money(money, currency)}: "
        "left unapplied for review"
    )
    proposal.notes += [_memo_note(memo) for memo in finding.memos if not memo.left]
    proposal.suggested = _suggested(finding, case)
    return proposal


def _pending(number: str, case: WordsCase) -> PendingDocument:
    return PendingDocument(
        customer_id=case.book.customer_id,
        payment_id=case.payment.payment_id,
        line_no=_PENDING_LINE_NO,
        document_key=reference_key(number),
        document_number=number[:80],
        currency=case.payment.currency,
        amount=case.money,
        discount=NOTHING,
    )


def _suggested(finding: Finding, case: WordsCase) -> list[SettledLine]:
    """The documents named in their order, instalments by their due dates, as far as the money goes."""
    lines: list[SettledLine] = []
    left, places = case.money, {number: n for n, number in enumerate(i.document_number for i in finding.items.values())}
    for item in sorted(finding.items.values(), key=lambda item: (places[item.document_number], item.age)):
        if item.currency != case.payment.currency or not left:
            continue
        line = _line(item, min(left, item.open_amount), finding, case)
        lines.append(line)
        left -= line.cash
    return lines


def _open_of(items: Sequence[OpenItem]) -> str:
    totals: dict[str, Decimal] = {}
    for item in items:
        totals[item.currency] = totals.get(item.currency, NOTHING) + item.open_amount
    return " and ".join(str(Money(amount, currency)) for currency, amount in sorted(totals.items()))


def _listed(numbers: Sequence[str]) -> str:
    shown = ", ".join(numbers[:_NUMBERS_SHOWN_MAX])
    return shown if len(numbers) <= _NUMBERS_SHOWN_MAX else f"{shown} and {len(numbers) - _NUMBERS_SHOWN_MAX} more"
