-- Customers known before names were looked up by their words are found by them too.
-- depends: 0400_items_by_number

-- migrate: apply
-- The words are those that domain/payer_name.py makes of a name; the next CustomerChanged makes them anew.
INSERT INTO customer_name_token (token, customer_id)
WITH written AS (
    SELECT
        l.customer_id, w.position, w.found[1] AS word,
        w.found[1] = ANY(string_to_array(
            'INC INCORPORATED LLC LLP LP LTD LIMITED PLC CORP CORPORATION CO COMPANY GMBH AG KG KGAA OHG EK UG SE SA '
            'SAS SARL SRL SPA BV NV AB OY AS APS PTY PTE THE AND', ' '
        )) AS legal_form
    FROM customer_ledger AS l
    CROSS JOIN LATERAL regexp_matches(
        replace(
            upper(regexp_replace(normalize(replace(l.name, 'ß', 'ss'), NFKD), '[^\x01-\x7F]', '', 'g') COLLATE "C"),
            '''', ''
        ),
        '[A-Z0-9]+' COLLATE "C", 'g'
    ) WITH ORDINALITY AS w (found, position)
    WHERE NOT EXISTS (SELECT 1 FROM customer_name_token AS t WHERE t.customer_id = l.customer_id)
),
kept AS (
    SELECT
        customer_id, word,
        lead(word) OVER (PARTITION BY customer_id ORDER BY position) AS following
    FROM (
        SELECT
            customer_id, word, position, legal_form,
            bool_and(legal_form) OVER (PARTITION BY customer_id) AS nothing_else
        FROM written
    ) AS judged
    WHERE nothing_else OR NOT legal_form
),
tokens AS (
    SELECT customer_id, word AS token FROM kept
    UNION
    SELECT customer_id, word || ' ' || following FROM kept WHERE following IS NOT NULL
    UNION
    SELECT customer_id, left(word, 4) || '*' FROM kept WHERE length(word) > 4
    UNION
    SELECT customer_id, '*' || right(word, 4) FROM kept WHERE length(word) > 4
),
ranked AS (
    SELECT customer_id, token, row_number() OVER (PARTITION BY customer_id ORDER BY token COLLATE "C") AS place
    FROM tokens
)
SELECT token, customer_id
FROM ranked
WHERE place <= 24
ON CONFLICT (token, customer_id) DO NOTHING;

-- migrate: rollback
SELECT 1;
