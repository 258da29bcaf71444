-- Customers, items and prices as the ERP tells them; orders, invoices and their number series.
-- depends:

-- migrate: apply
CREATE TABLE customer (
    customer_id text PRIMARY KEY,
    version integer NOT NULL,
    company_id text NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    net_days integer NOT NULL,
    discount_days integer NOT NULL,
    discount_percent numeric(7, 4) NOT NULL,
    price_list_id text NOT NULL,
    jurisdiction text NOT NULL,
    tax_exempt boolean NOT NULL,
    active boolean NOT NULL
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
    jurisdiction text NOT NULL,
    ship_complete boolean NOT NULL,
    fingerprint text NOT NULL,
    state text NOT NULL,
    net numeric(18, 3) NOT NULL,
    tax numeric(18, 3) NOT NULL,
    total numeric(18, 3) NOT NULL,
    open_amount numeric(18, 3) NOT NULL CHECK (open_amount >= 0),
    order_version integer NOT NULL,
    net_days integer NOT NULL,
    discount_days integer NOT NULL,
    discount_percent numeric(7, 4) NOT NULL,
    rules_version integer NOT NULL,
    tax_version integer NOT NULL,
    reasons jsonb NOT NULL,
    lines jsonb NOT NULL,
    questions jsonb NOT NULL,
    questions_asked integer NOT NULL,
    pick_lists integer NOT NULL,
    steps integer NOT NULL,
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

-- How often an item came in: a short answer that such news overtook is asked again.
CREATE TABLE item_replenishment (
    item_id text PRIMARY KEY,
    heard bigint NOT NULL
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

-- Events about an order that came before the order itself.
CREATE TABLE early_event (
    customer_id text NOT NULL,
    order_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('cancellation', 'shipment')),
    subject text NOT NULL,
    business_date date NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (customer_id, order_id, kind, subject)
);

CREATE TABLE invoice (
    customer_id text NOT NULL,
    invoice_id text NOT NULL,
    invoice_number text NOT NULL,
    company_id text NOT NULL,
    order_id text,
    shipment_id text,
    invoice_date date NOT NULL,
    due_date date NOT NULL,
    discount_date date,
    net_days integer NOT NULL,
    discount_days integer NOT NULL,
    discount_percent numeric(7, 4) NOT NULL,
    currency text NOT NULL,
    net numeric(18, 3) NOT NULL CHECK (net >= 0),
    tax numeric(18, 3) NOT NULL CHECK (tax >= 0),
    total numeric(18, 3) NOT NULL CHECK (total = net + tax AND total > 0),
    discount_amount numeric(18, 3) NOT NULL,
    disputed boolean NOT NULL,
    lines jsonb NOT NULL,
    PRIMARY KEY (customer_id, invoice_id)
);
CREATE INDEX invoice_identity ON invoice (invoice_id);
CREATE INDEX invoice_document ON invoice (invoice_number);
CREATE INDEX invoice_day ON invoice (invoice_date, invoice_id);
CREATE INDEX invoice_customer ON invoice (customer_id, invoice_date, invoice_id);
CREATE INDEX invoice_order ON invoice (customer_id, order_id) WHERE order_id IS NOT NULL;

-- One counter per series; its row lock is what keeps the numbers without gaps.
CREATE TABLE invoice_series (
    series text PRIMARY KEY,
    last_number bigint NOT NULL
);

-- migrate: rollback
DROP TABLE invoice_series;
DROP TABLE invoice;
DROP TABLE early_event;
DROP TABLE shipment;
DROP TABLE item_replenishment;
DROP TABLE backorder;
DROP TABLE pick_list;
DROP TABLE order_step;
DROP TABLE customer_order;
DROP TABLE price;
DROP TABLE item;
DROP TABLE customer;
