"""The part `imports`: a bank's statement of 100,000 payments, as a file, from the request that brings it to the end.

The statement is a camt.053 with structured remittance. Each payment is for an invoice known beforehand and is
identified by its account; the file is read, checked and posted, and every payment comes back over Kafka and is applied.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bench import documents
from bench.documents import COMPANY
from bench.doing import Doing
from bench.matching_quality import RunningService, running_service
from bench.processor_time import SERVICE, cpu_seconds, processes
from bench.results import BenchFailed, Line, Part
from bench.servers import Servers
from shared.contracts.invoicing import InvoicePosted

SECONDS_MAX: Final = 60
_CUSTOMERS: Final = 2_000
_SEED: Final = 20260310
_IBAN: Final = "NL26VAYB8060476890"
_POLL_SECONDS: Final = 0.25
_HANDLED: Final = "SELECT count(*) AS all, count(*) FILTER (WHERE state = 'applied') AS applied FROM payment"
_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-03-02T18:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-1</Id><ElctrncSeqNb>17</ElctrncSeqNb><CreDtTm>2026-03-02T18:00:00Z</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>USD</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-02</Dt></Dt></Bal>
"""
_ENTRY: Final = """<Ntry><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-02</Dt></ValDt><AcctSvcrRef>BK{number:07}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>
<DbtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Strd><RfrdDocInf><Nb>{document}</Nb></RfrdDocInf>
<RfrdDocAmt><RmtdAmt Ccy="USD">{amount}</RmtdAmt></RfrdDocAmt></Strd></RmtInf></TxDtls></NtryDtls></Ntry>
"""
_TAIL: Final = "</Stmt></BkToCstmrStmt></Document>\n"


@dataclass(frozen=True, slots=True)
class _Took:
    """Seconds since the request, and CPU seconds of the service until then."""

    seconds: float
    cpu: float


async def imports(servers: Servers, payments: int, doing: Doing) -> Part:
    """How long a file of so many payments takes until it is posted, and until each payment is applied.

    Raises BenchFailed where one is not applied, or the file is refused.
    """
    dice = random.Random(_SEED)
    invoices = [documents.invoice(n, n % _CUSTOMERS, dice) for n in range(payments)]
    async with running_service(servers) as service:
        doing("invoices", 0)
        await service.publish([documents.day(), *(documents.customer(n) for n in range(_CUSTOMERS))], "customers")
        await service.publish(invoices, "invoices")
        await servers.settle()
        await service.ask(
            "PUT", f"/bank-accounts/{_IBAN}", {"company_id": COMPANY, "currency": "USD", "name": "Operating"}
        )
        posted, applied, size = await _import(servers, service, invoices, doing)
    return _part(payments, posted, applied, size)


async def _import(
    servers: Servers, service: RunningService, invoices: Sequence[InvoicePosted], doing: Doing
) -> tuple[_Took, _Took, int]:
    content = statement(invoices)
    pids = {SERVICE: processes(servers.children, "cash_app")[SERVICE]}
    began, cpu = time.perf_counter(), cpu_seconds(pids)[SERVICE]

    def took() -> _Took:
        return _Took(time.perf_counter() - began, cpu_seconds(pids)[SERVICE] - cpu)

    answer = await service.http.post("/imports", content=content, headers={"Idempotency-Key": "bench"}, timeout=120.0)
    if answer.is_error:
        raise BenchFailed(f"POST /imports answered {answer.status_code}: {answer.text[:500]}")
    place = f"/imports/{answer.json()['import_id']}"
    while True:
        shown = (await service.http.get(place, timeout=60.0)).json()
        doing(f"the file is {shown['stage']}", shown["posted"])
        if shown["stage"] == "refused":
            raise BenchFailed(f"the file was refused: {shown['errors'][:3]}")
        if shown["stage"] == "posted":
            break
        await asyncio.sleep(_POLL_SECONDS)
    posted = took()
    doing("applying", 0)
    while (row := (await service.rows(_HANDLED))[0])["all"] < len(invoices):
        doing("applying", row["all"])
        await asyncio.sleep(_POLL_SECONDS)
    applied = took()
    await service.rest()
    if row["applied"] != len(invoices):
        raise BenchFailed(f"{row['applied']:,} of {len(invoices):,} payments of the file were applied")
    return posted, applied, len(content)


def statement(invoices: Sequence[InvoicePosted]) -> bytes:
    """A camt.053 in which each of the invoices is paid in full."""
    closing = sum((invoice.total for invoice in invoices), Decimal(0))
    return "".join([_HEAD.format(iban=_IBAN, closing=closing), *_entries(invoices), _TAIL]).encode()


def _entries(invoices: Sequence[InvoicePosted]) -> Iterator[str]:
    for number, invoice in enumerate(invoices):
        buyer = invoice.customer_id.removeprefix("C-")
        facts: dict[str, Any] = {"account": f"ACC-{buyer}", "name": f"Customer {int(buyer)}"}
        yield _ENTRY.format(number=number, amount=invoice.total, document=invoice.invoice_number, **facts)


def _part(payments: int, posted: _Took, applied: _Took, size: int) -> Part:
    line = Line(
        "imports",
        f"a camt.053 of {payments:,} payments, {size / 1_000_000:.0f} MB",
        f"{posted.seconds:.0f} s",
        f"received, parsed, validated and posted; CPU {posted.cpu:.0f} s. All applied after {applied.seconds:.0f} s, "
        f"CPU {applied.cpu:.0f} s",
        f"{SECONDS_MAX} s",
        posted.seconds < SECONDS_MAX,
    )
    details = {
        "payments": payments,
        "bytes": size,
        "posted_seconds": round(posted.seconds, 1),
        "posted_cpu_seconds": round(posted.cpu, 1),
        "applied_seconds": round(applied.seconds, 1),
        "applied_cpu_seconds": round(applied.cpu, 1),
    }
    return Part([line], [], details)
