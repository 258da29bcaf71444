"""Words in names that identify no company: legal forms, and words that many companies have.

Legal forms are those of the ISO 20275 list (Entity Legal Forms) that payers write most, as they write them. One line is
one form: its writings are the same form.
"""

from __future__ import annotations

from typing import Final

LEGAL_FORMS: Final = """
Ltd, Limited
Pvt Ltd, Private Limited, (P) Ltd, Pte Ltd, Pty Ltd, Proprietary Limited, प्राइवेट लिमिटेड, प्रा. लि.
लिमिटेड, लि.
Inc, Incorporated
Corp, Corporation
Co, Company, Compagnie, Cie, Cía, Compañía
LLC, L.L.C., Limited Liability Company
LLP, L.L.P.
LP, L.P.
PLC, P.L.C., Public Limited Company
DAC
CIC
GmbH, G.m.b.H., Gesellschaft mit beschränkter Haftung, Ges.m.b.H., Gesellschaft m.b.H., mbH, m.b.H.
gGmbH
AG, A.G., Aktiengesellschaft
KG, K.G., Kommanditgesellschaft
KGaA
OHG, O.H.G., Offene Handelsgesellschaft
GbR, G.b.R.
UG, UG haftungsbeschränkt
e.K., eingetragener Kaufmann, e.Kfm., e.Kfr.
e.V., eingetragener Verein
e.G., eingetragene Genossenschaft
SE, S.E.
SA, S.A., Société Anonyme, Sociedad Anónima, Sociedade Anónima, Spółka Akcyjna
S.A.S., SAS, Société par actions simplifiée
SASU
SARL, S.à r.l., S.A.R.L., Sàrl, Société à responsabilité limitée
EURL
SNC, S.n.c.
SCI
SCA
S.p.A., SpA, Società per azioni
S.r.l., SRL, Società a responsabilità limitata, S.R.L.
S.r.l.s.
S.a.p.a.
S.L., SL, Sociedad Limitada
S.L.U., SLU
S.A.U., SAU
S.A. de C.V., SA de CV, S.A.B. de C.V.
S. de R.L. de C.V., S de RL de CV, S. de R.L.
Lda, Limitada, Ltda
Unipessoal Lda
EIRELI
BV, B.V., Besloten Vennootschap
BVBA
SPRL
NV, N.V., Naamloze Vennootschap
VOF, V.O.F.
CV, C.V.
AB, A.B., Aktiebolag
HB, Handelsbolag
AS, A/S, A.S., Aksjeselskap, Aktieselskab
ASA
ApS, Anpartsselskab
I/S
K/S
Oy, Osakeyhtiö
Oyj
Tmi
ehf.
hf.
OÜ, Osaühing
SIA
UAB
Sp. z o.o., Spzoo, Sp zoo, Spółka z ograniczoną odpowiedzialnością, Sp z o o
Sp. k., Spółka komandytowa
Sp. j., Spółka jawna
s.r.o., spol. s r.o., spol s r o, spoločnosť s ručením obmedzeným, společnost s ručením omezeným
v.o.s.
k.s.
Kft, Korlátolt Felelősségű Társaság
Zrt
Nyrt
Bt.
d.o.o., д.о.о.
j.d.o.o.
d.d.
A.D., АД
EOOD, ЕООД
OOD, ООД
SRL-D
Ltd. Şti., Limited Şirketi, Ltd Sti
A.Ş., Anonim Şirketi
ООО, OOO, Общество с ограниченной ответственностью
ОАО, OAO, Открытое акционерное общество
ЗАО, ZAO, Закрытое акционерное общество
ПАО, PAO, Публичное акционерное общество
АО, Акционерное общество
НАО
ИП, Индивидуальный предприниматель
ФГУП
МУП
ТОВ, TOV, Товариство з обмеженою відповідальністю
ПП
ПАТ
ПрАТ
ФОП
ТОО, TOO
ОсОО
Α.Ε., Ανώνυμη Εταιρεία, AE
Ε.Π.Ε., ΕΠΕ
Ο.Ε., ΟΕ
Ε.Ε.
Ι.Κ.Ε., ΙΚΕ
M.I.K.E., Μ.Ι.Κ.Ε.
בע"מ, בעמ
שותפות מוגבלת
شركة, الشركة
ش.م.م, ش.م.م., ش م م
ذ.م.م, ذ.م.م., ذ م م
ش.ذ.م.م, ش ذ م م
م.م.ح, م م ح
ش.م.ع, ش م ع
ش.م.ل
المحدودة, محدودة
مساهمة عامة
FZE
FZCO
FZ-LLC
WLL, W.L.L.
SAOG
PJSC, P.J.S.C.
JSC
OJSC
CJSC
PT, P.T.
Tbk
Sdn Bhd, Sendirian Berhad
Bhd, Berhad
Công ty TNHH, Cong ty TNHH, Công ty trách nhiệm hữu hạn, TNHH, CTY TNHH
Công ty Cổ phần, Cong ty Co phan, CTCP, CTY CP
K.K., Kabushiki Kaisha
Y.K., Yugen Kaisha
G.K., Godo Kaisha
บริษัท
จำกัด
มหาชน
ห้างหุ้นส่วนจำกัด
株式会社, 株式會社
有限会社, 有限會社
合同会社
合資会社
合名会社
一般社団法人
一般財団法人
公益財団法人
医療法人
有限公司, 有限责任公司, 有限責任公司
股份有限公司, 股份公司
集团有限公司, 集團有限公司
公司
주식회사
유한회사
유한책임회사
합자회사
"""

PREFIXED: Final = frozenset(
    """
    PT, P.T., CV, AB, AS, A/S, OÜ, UAB, SIA, ООО, OOO, ОАО, OAO, ЗАО, ZAO, ПАО, PAO, АО, НАО, ИП, ФГУП, МУП, ТОВ, TOV,
    ПП, ПАТ, ПрАТ, ФОП, ТОО, TOO, ОсОО, SC, SCI, SARL, EURL, SAS, Firma, Fa, PJSC, JSC, OJSC, CJSC, LLC, АД, ЕООД, ООД,
    Общество с ограниченной ответственностью, Открытое акционерное общество, Закрытое акционерное общество,
    Публичное акционерное общество, Акционерное общество, Индивидуальный предприниматель, שותפות מוגבלת,
    Товариство з обмеженою відповідальністю, شركة, الشركة, Công ty TNHH, Cong ty TNHH, TNHH, CTY TNHH, CTCP, CTY CP,
    Công ty trách nhiệm hữu hạn, Công ty Cổ phần, Cong ty Co phan, Kabushiki Kaisha, บริษัท, ห้างหุ้นส่วนจำกัด,
    株式会社, 株式會社, 有限会社, 有限會社, 合同会社, 合資会社, 合名会社, 一般社団法人, 一般財団法人, 公益財団法人,
    医療法人, 주식회사, 유한회사, 유한책임회사, 합자회사, Limited Liability Company
    """.replace("\n", " ").split(", ")
)
"""Forms that stand before the name too. All others are read at its end only: "AG Weser" is no stock company."""

NO_FORMS_OF_THEIR_OWN: Final = frozenset({"Co", "บริษัท", "شركة", "公司"})
"""They mean "company" and no more: with or without them a legal form is the same."""

ABBREVIATED: Final = {
    "(株)": "株式会社", "(有)": "有限会社", "(合)": "合同会社", "(資)": "合資会社", "(名)": "合名会社",
    "(カ)": "株式会社", "(ユ)": "有限会社", "(ド)": "合同会社", "(シ)": "合資会社", "(メ)": "合名会社",
    "(주)": "주식회사", "(유)": "유한회사", "(합)": "합자회사",
}  # fmt: skip
"""As the banks of Japan and Korea write them, once widths are made equal."""

JOINED_FORMS: Final = (
    "株式会社", "株式會社", "有限会社", "有限會社", "合同会社", "合資会社", "合名会社", "一般社団法人", "一般財団法人",
    "公益財団法人", "医療法人", "股份有限公司", "集团有限公司", "集團有限公司", "有限责任公司", "有限責任公司",
    "有限公司", "股份公司", "公司", "주식회사", "유한회사", "유한책임회사", "합자회사", "ห้างหุ้นส่วนจำกัด", "บริษัท",
    "จำกัด", "มหาชน",
)  # fmt: skip
"""Forms written without a blank before or after the name."""

JOINED_COMMON_WORDS: Final = (
    "国际", "國際", "贸易", "貿易", "集团", "集團", "科技", "实业", "實業", "控股", "进出口", "進出口", "技术", "技術",
    "工业", "工業", "制造", "製造", "製作所", "商事", "商会", "産業", "産业", "产业", "物流", "销售", "販売",
    "サービス", "ホールディングス", "グループ", "インターナショナル", "ジャパン", "トレーディング",
)  # fmt: skip

COMMON_WORDS: Final = """
    trading, trade, trader, traders, international, intl, group, grp, services, service, holding, holdings, global,
    solutions, systems, technologies, technology, tech, industries, industrial, industry, enterprise, enterprises,
    management, consulting, consultants, import, imports, export, exports, sales, partners, partner, associates,
    company, companies, business, commerce, commercial, logistics, products, supply, supplies, distribution,
    manufacturing, investment, investments, ventures, worldwide, general, the, and, und, et, of, de, der, die, das,
    handel, handels, handelsgesellschaft, handelshaus, vertrieb, vertriebs, dienstleistungen, dienstleistung,
    verwaltung, verwaltungs, beteiligung, beteiligungs, beteiligungen, gesellschaft, unternehmen, gruppe, firma,
    deutschland, germany, france, italia, italy, españa, spain, usa, america, uk, europe, europa, asia, japan, china,
    groupe, société, commerce, grupo, comercial, comercializadora, servicios, empresa, empresas, industria, industrias,
    distribuciones, gruppo, commerciale, servizi, società, comércio, serviços, indústria, groep, handelsonderneming,
    diensten, handelsfirma, gruppen, tjänster, tjenester, kauppa, palvelut, obchod, obchodní, společnost, služby,
    skupina, handlowe, handlowy, przedsiębiorstwo, usługi, usługowe, grupa, firma, spółka, kereskedelmi, szolgáltató,
    csoport, comert, servicii, ticaret, sanayi, tic, san, ve, hizmetleri, dış, grup, trgovina, usluge, preduzeće,
    торговый, торговая, торг, дом, компания, группа, завод, фирма, предприятие, холдинг, корпорация, производственная,
    научно, международная, управляющая, сервис, услуги, компанія, підприємство, група, търговия,
    εμπορική, εμπορικη, εταιρεία, όμιλος, υπηρεσίες, βιομηχανία, αφοί, και,
    شركة, مجموعة, مصنع, مؤسسة, التجارية, للتجارة, تجارة, والتجارة, العامة, الدولية, العالمية, للخدمات, خدمات, المقاولات,
    للمقاولات, والمقاولات, الصناعية, للصناعة, للصناعات, القابضة, و,
    קבוצת, קבוצה, חברת, חברה, סחר, שירותי, שירותים, תעשיות, אחזקות, יבוא, שיווק,
    ट्रेडिंग, ट्रेडर्स, कंपनी, इंटरनेशनल, ग्रुप, इंडस्ट्रीज, सर्विसेज, एंटरप्राइजेज, उद्योग,
    thương mại, dịch vụ, sản xuất, xuất nhập khẩu, quốc tế, tập đoàn, đầu tư, và,
    무역, 상사, 그룹, 산업, 인터내셔널, 코리아, 서비스, 홀딩스, 트레이딩
"""

AND_WORDS: Final = frozenset(
    {"and", "und", "et", "y", "e", "i", "og", "och", "en", "ve", "и", "і", "та", "και", "و", "ו", "và"}
)
"""What "&" stands for; where both names write it as a word, the words have to be the same."""
