-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE users
    ADD COLUMN created_by VARCHAR(64),
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY users_by_key (created_by, idempotency_key);

ALTER TABLE api_keys
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY api_keys_by_key (user_id, idempotency_key);

ALTER TABLE service_clients
    ADD COLUMN created_by VARCHAR(64),
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY service_clients_by_key (created_by, idempotency_key);
