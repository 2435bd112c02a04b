-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE users ADD COLUMN created_by TEXT;
ALTER TABLE users ADD COLUMN idempotency_key TEXT;
ALTER TABLE users ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX users_by_key ON users (created_by, idempotency_key);

ALTER TABLE api_keys ADD COLUMN idempotency_key TEXT;
ALTER TABLE api_keys ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX api_keys_by_key ON api_keys (user_id, idempotency_key);

ALTER TABLE service_clients ADD COLUMN created_by TEXT;
ALTER TABLE service_clients ADD COLUMN idempotency_key TEXT;
ALTER TABLE service_clients ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX service_clients_by_key ON service_clients (created_by, idempotency_key);
