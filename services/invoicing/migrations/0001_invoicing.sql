-- Master data, prices, orders, stock, deferred events, invoices and their number series, finance charges, credit memos.
-- depends:

-- migrate: apply
CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    version integer NOT NULL,
    company_id text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    terms jsonb NOT NULL,
    price_list_id text NOT NULL,
    jurisdiction text NOT NULL,
    tax_exempt boolean NOT NULL,
    active boolean NOT NULL,
    bill_to_id text
);

CREATE TABLE item (
    item_id text PRIMARY KEY,
    version integer NOT NULL,
    description text NOT NULL,
    unit text NOT NULL,
    taxable boolean NOT NULL,
    active boolean NOT NULL
);

CREATE TABLE price (
    price_list_id text NOT NULL,
    item_id text NOT NULL,
    valid_from date NOT NULL,
    version integer NOT NULL,
    currency text NOT NULL,
    breaks jsonb NOT NULL,
    PRIMARY KEY (price_list_id, item_id, valid_from)
);

CREATE TABLE customer_order (
    customer_id text NOT NULL,
    order_id text NOT NULL,
    company_id text NOT NULL,
    order_date date NOT NULL,
    currency text NOT NULL,
    customer_reference text NOT NULL,
    ship_to_id text,
    jurisdiction text NOT NULL,
    ship_complete boolean NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL,
    net numeric(18, 3) NOT NULL,
    tax numeric(18, 3) NOT NULL,
    total numeric(18, 3) NOT NULL,
    open_amount numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    order_version integer NOT NULL,
    terms jsonb NOT NULL,
    rules_version integer NOT NULL,
    tax_version integer NOT NULL,
    reasons jsonb NOT NULL,
    lines jsonb NOT NULL,
    stock_requests jsonb NOT NULL,
    stock_requests_made integer NOT NULL,
    pick_lists integer NOT NULL,
    steps integer NOT NULL,
    approved_until date,
    decision_no integer NOT NULL DEFAULT 0,
    stopped boolean NOT NULL DEFAULT false,
    revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (customer_id, order_id)
) WITH (fillfactor = 70);
CREATE INDEX customer_order_number ON customer_order (order_id);
CREATE INDEX customer_order_day ON customer_order (order_date, order_id);
CREATE INDEX customer_order_customer ON customer_order (customer_id, order_date, order_id);
CREATE INDEX customer_order_state ON customer_order (state, order_date, order_id)
WHERE state NOT IN ('Closed', 'Cancelled');

CREATE TABLE order_step (
    customer_id text NOT NULL,
    order_id text NOT NULL,
    seq integer NOT NULL,
    state text NOT NULL,
    happened_on date NOT NULL,
    why text NOT NULL,
    PRIMARY KEY (customer_id, order_id, seq)
);

-- How often an item was replenished: a short answer that is older than a replenishment is followed by a new request.
CREATE TABLE item_replenishment (
    item_id text PRIMARY KEY,
    replenishments bigint NOT NULL
);

CREATE TABLE backorder (
    customer_id text NOT NULL,
    order_id text NOT NULL,
    line_no integer NOT NULL,
    company_id text NOT NULL,
    item_id text NOT NULL,
    order_date date NOT NULL,
    quantity integer NOT NULL CHECK (quantity >= 0),
    waits_for_others boolean NOT NULL,
    PRIMARY KEY (customer_id, order_id, line_no)
);
CREATE INDEX backorder_item ON backorder (item_id, order_date, order_id) WHERE quantity > 0;
CREATE INDEX backorder_age ON backorder (order_date, order_id, line_no) WHERE quantity > 0;

CREATE TABLE pick_list (
    customer_id text NOT NULL,
    pick_list_id text NOT NULL,
    order_id text NOT NULL,
    company_id text NOT NULL,
    released_on date NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (customer_id, pick_list_id)
);
CREATE INDEX pick_list_order ON pick_list (customer_id, order_id);

-- Events about an order that arrived before what they answer.
CREATE TABLE deferred_event (
    customer_id text NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'CreditHeld', 'CreditApproved', 'CreditReleased', 'CreditDeclined', 'StockAnswered', 'cancellation', 'shipment'
    )),
    subject text NOT NULL,
    business_date date NOT NULL,
    body jsonb NOT NULL,
    context jsonb NOT NULL,
    PRIMARY KEY (customer_id, order_id, kind, subject)
);

CREATE TABLE shipment (
    customer_id text NOT NULL,
    shipment_id text NOT NULL,
    order_id text NOT NULL,
    shipped_on date NOT NULL,
    invoice_id text,
    lines jsonb NOT NULL,
    PRIMARY KEY (customer_id, shipment_id)
);
CREATE INDEX shipment_order ON shipment (customer_id, order_id);

CREATE TABLE invoice (
    customer_id text NOT NULL,
    invoice_id text NOT NULL,
    invoice_number text NOT NULL,
    series text,
    sequence_number bigint,
    company_id text NOT NULL,
    order_id text,
    ship_to_id text,
    shipment_id text,
    invoice_date date NOT NULL,
    due_date date NOT NULL,
    discount_date date,
    terms jsonb NOT NULL,
    currency text NOT NULL,
    net numeric(18, 3) NOT NULL CHECK (net >= 0),
    tax numeric(18, 3) NOT NULL CHECK (tax >= 0),
    total numeric(18, 3) NOT NULL CHECK (total = net + tax AND total > 0),
    discount_amount numeric(18, 3) NOT NULL,
    disputed boolean NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (customer_id, invoice_id),
    CHECK ((series IS NULL) = (sequence_number IS NULL))
);
CREATE INDEX invoice_identity ON invoice (invoice_id);
CREATE INDEX invoice_document ON invoice (invoice_number);
CREATE INDEX invoice_day ON invoice (invoice_date, invoice_id);
CREATE INDEX invoice_customer ON invoice (customer_id, invoice_date, invoice_id);
CREATE INDEX invoice_order ON invoice (customer_id, order_id) WHERE order_id IS NOT NULL;

-- One counter per series; its row lock keeps the numbers without gaps.
CREATE TABLE invoice_series (
    series text PRIMARY KEY,
    last_number bigint NOT NULL
);

-- Numbers of invoices that were published after the backup from which this database was restored: they keep them.
CREATE TABLE reserved_number (
    customer_id text NOT NULL,
    invoice_id text NOT NULL,
    series text NOT NULL,
    sequence_number bigint NOT NULL,
    PRIMARY KEY (customer_id, invoice_id)
);

CREATE TABLE finance_charge (
    customer_id text NOT NULL,
    charge_id text NOT NULL,
    charge_number text NOT NULL,
    series text NOT NULL,
    sequence_number bigint NOT NULL,
    company_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('interest', 'fee')),
    charge_date date NOT NULL,
    due_date date NOT NULL,
    currency text NOT NULL,
    amount numeric(18, 3) NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    items jsonb NOT NULL,
    PRIMARY KEY (customer_id, charge_id)
);
CREATE UNIQUE INDEX finance_charge_document ON finance_charge (charge_number);
CREATE INDEX finance_charge_day ON finance_charge (charge_date, charge_id);

CREATE TABLE credit_memo (
    customer_id text NOT NULL,
    credit_memo_id text NOT NULL,
    credit_memo_number text,
    series text,
    sequence_number bigint,
    company_id text NOT NULL,
    document_number text NOT NULL,
    document_kind text NOT NULL CHECK (document_kind IN ('invoice', 'interest', 'fee')),
    settles_document text,
    request_id text,
    currency text NOT NULL,
    net numeric(18, 3) NOT NULL CHECK (net >= 0),
    tax numeric(18, 3) NOT NULL CHECK (tax >= 0),
    total numeric(18, 3) NOT NULL CHECK (total = net + tax AND total > 0),
    lines jsonb NOT NULL,
    reason_code text NOT NULL,
    reason text NOT NULL,
    requested_by text NOT NULL,
    requested_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'posted', 'declined')),
    credit_date date,
    decided_by text,
    decided_on date,
    decision text NOT NULL DEFAULT '',
    reversed_by text,
    PRIMARY KEY (customer_id, credit_memo_id),
    CHECK ((state = 'posted') = (credit_memo_number IS NOT NULL)),
    CHECK ((state = 'posted') = (series IS NOT NULL AND sequence_number IS NOT NULL)),
    CHECK ((state = 'posted') = (credit_date IS NOT NULL)),
    CHECK (lower(decided_by) <> lower(requested_by)),
    CHECK (reversed_by IS NULL OR state = 'posted')
);
CREATE INDEX credit_memo_identity ON credit_memo (credit_memo_id);
CREATE UNIQUE INDEX credit_memo_document ON credit_memo (credit_memo_number);
CREATE INDEX credit_memo_credits ON credit_memo (customer_id, document_number);
CREATE INDEX credit_memo_day ON credit_memo (requested_on, credit_memo_id);

-- migrate: rollback
DROP TABLE credit_memo;
DROP TABLE finance_charge;
DROP TABLE reserved_number;
DROP TABLE invoice_series;
DROP TABLE invoice;
DROP TABLE shipment;
DROP TABLE deferred_event;
DROP TABLE pick_list;
DROP TABLE backorder;
DROP TABLE item_replenishment;
DROP TABLE order_step;
DROP TABLE customer_order;
DROP TABLE price;
DROP TABLE item;
DROP TABLE customer;
