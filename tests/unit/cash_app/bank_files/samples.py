"""The banks' own files, and files in the formats of which there is no real one beside the project."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from services.cash_app.bank_files.domain.bank_file import BankFile, Entry
from services.cash_app.bank_files.domain.delimited import RemittanceMapping
from services.cash_app.bank_files.domain.import_plan import ImportPlan, plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import Limits
from services.cash_app.bank_files.domain.recognise import read, recognise

BANK: Final = Path(__file__).parents[5] / "shared" / "data" / "bank"
needs_files = pytest.mark.skipif(not BANK.is_dir(), reason="the banks' files are not beside the project")

FOUND: Final = BANK.parent / "found" / "bank"
needs_found = pytest.mark.skipif(not FOUND.is_dir(), reason="the files found to be misread are not beside the project")
FOUND_FILES: Final = tuple(sorted(path for path in FOUND.glob("*") if path.suffix != ".md"))

REAL: Final = tuple(sorted(path for path in BANK.glob("*/*") if path.suffix in {".txt", ".xml", ".sta", ".bai"}))

ISA: Final = (
    "ISA*00*          *00*          *ZZ*PAYERBANK      *ZZ*OURSELVES      *260310*1200*U*00401*000000905*0*P*>~"
)
X12_820: Final = (
    ISA
    + """GS*RA*PAYERBANK*OURSELVES*20260310*1200*905*X*004010~
ST*820*0001~
BPR*C*1450.00*C*ACH*CTX*01*021000021*DA*998877*1234567890**01*026009593*DA*4417*20260310~
TRN*1*TRACE-7781~
CUR*PR*USD~
N1*PR*ALDER CREEK HOTELS*91*C-1~
ENT*1~
RMR*IV*1000-1**1000.00*1020.00*20.00~
RMR*IV*1000-2**500.00~
RMR*CM*CM-9**-50.00~
SE*10*0001~
GE*1*905~
IEA*1*000000905~
"""
).encode()

REMT_001: Final = b"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:remt.001.001.04"><RmtAdvc>
 <GrpHdr><MsgId>RA-77</MsgId><CreDtTm>2026-03-08T10:00:00Z</CreDtTm><NbOfMsgs>1</NbOfMsgs></GrpHdr>
 <RmtInf><RmtId>RA-77-1</RmtId>
  <Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CINV</Cd></CdOrPrtry></Tp><Nb>1000-3</Nb></RfrdDocInf>
   <RfrdDocAmt><DuePyblAmt Ccy="USD">100.00</DuePyblAmt><DscntApldAmt><Amt Ccy="USD">2.00</Amt></DscntApldAmt>
   <RmtdAmt Ccy="USD">98.00</RmtdAmt></RfrdDocAmt></Strd>
  <Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp><Nb>CN-4</Nb></RfrdDocInf>
   <RfrdDocAmt><RmtdAmt Ccy="USD">8.00</RmtdAmt></RfrdDocAmt></Strd>
  <OrgnlPmtInf><Refs><EndToEndId>E2E-555</EndToEndId></Refs><Amt><InstdAmt Ccy="USD">90.00</InstdAmt></Amt>
   <Dbtr><Nm>Birch Hotels</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
   <CdtrAcct><Id><IBAN>NL26VAYB8060476890</IBAN></Id></CdtrAcct></OrgnlPmtInf>
 </RmtInf></RmtAdvc></Document>
"""

CARD_CSV: Final = b"""\
settlement_id,settled_on,account,currency,transaction_id,kind,customer_id,document_number,gross,fee,net
ST-9,2026-03-11,MERCHANT-1,USD,TX-1,sale,C-1,1000-1,100.00,2.90,97.10
ST-9,2026-03-11,MERCHANT-1,USD,TX-2,sale,C-2,1000-2,50.00,1.45,48.55
ST-9,2026-03-11,MERCHANT-1,USD,TX-0,chargeback,C-1,,-30.00,0.00,-30.00
ST-9,2026-03-11,MERCHANT-1,USD,ST-9,total,,,120.00,4.35,115.65
"""

REMITTANCE_CSV: Final = b"Invoice;Paid;Skonto;Check\nINV 1;1.000,50;0;77\nINV 2;99,50;1,00;77\nINV 3;10;0;78\n"
MAPPING: Final = RemittanceMapping(
    company_id="1000", currency="EUR", customer_id="C-1", document_column="Invoice", amount_column="Paid",
    discount_column="Skonto", trace_column="Check", delimiter=";", decimal_mark=",",
)  # fmt: skip

MADE: Final = {
    "x12-820": X12_820, "remt.001": REMT_001, "card-csv": CARD_CSV, "remittance-csv": REMITTANCE_CSV,
}  # fmt: skip


def reading_of(content: bytes) -> BankFile:
    """The file in the normal form, its format recognised; a list that is nothing else by the mapping above."""
    format_ = recognise(content, "P-1")
    assert format_ is not None
    return read(content, format_, Limits(), mapping=MAPPING, received_on=date(2026, 3, 9))


def statement_053(entries: str, closing: str = "100.00", version: str = "08", extra: str = "") -> bytes:
    """A camt.053 of one account, opening with nothing."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-03-10T18:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-1</Id><ElctrncSeqNb>17</ElctrncSeqNb><CreDtTm>2026-03-10T18:00:00Z</CreDtTm>
<Acct><Id><IBAN>NL26VAYB8060476890</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-10</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-03-10</Dt></Dt></Bal>{extra}
{entries}
</Stmt></BkToCstmrStmt></Document>""".encode()


def entry_053(
    amount: str,
    mark: str = "CRDT",
    reference: str = "",
    *,
    extra: str = "",
    transactions: str = "",
    code: str = "RCDT",
    sub: str = "ESCT",
) -> str:
    """One entry of it."""
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{extra}<Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-03-10</Dt></BookgDt><ValDt><Dt>2026-03-10</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{code}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls>{transactions}</NtryDtls></Ntry>"""


def found(name: str) -> bytes:
    """One of the files that the product once misread."""
    return (FOUND / name).read_bytes()


def found_entries(name: str) -> list[Entry]:
    return [entry for statement in reading_of(found(name)).statements for entry in statement.entries]


def planned_of(content: bytes, *others: str) -> ImportPlan:
    """The plan of a file all of whose accounts are ours, and these too."""
    read = reading_of(content)
    accounts = {s.account: OwnAccount(s.account, "1000", s.currency, None, True) for s in read.statements}
    accounts |= {account: OwnAccount(account, "1000", "USD", None, True) for account in others}
    return plan_import(read, accounts, {})
