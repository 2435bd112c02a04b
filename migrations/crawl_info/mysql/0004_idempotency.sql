-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE crawl_sources
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY crawl_sources_by_key (created_by, idempotency_key);

ALTER TABLE nas_files
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY nas_files_by_key (created_by, idempotency_key);

ALTER TABLE uploads
    ADD COLUMN idempotency_key VARCHAR(200),
    ADD COLUMN request_hash VARCHAR(64),
    ADD UNIQUE KEY uploads_by_key (created_by, idempotency_key);
