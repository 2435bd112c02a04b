-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE categories
    ADD COLUMN created_by VARCHAR(64),
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY categories_by_key (created_by, idempotency_key);

ALTER TABLE organizations
    ADD COLUMN created_by VARCHAR(64),
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY organizations_by_key (created_by, idempotency_key);
