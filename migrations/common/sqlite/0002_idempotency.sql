-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE categories ADD COLUMN created_by TEXT;
ALTER TABLE categories ADD COLUMN idempotency_key TEXT;
ALTER TABLE categories ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX categories_by_key ON categories (created_by, idempotency_key);

ALTER TABLE organizations ADD COLUMN created_by TEXT;
ALTER TABLE organizations ADD COLUMN idempotency_key TEXT;
ALTER TABLE organizations ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX organizations_by_key ON organizations (created_by, idempotency_key);
