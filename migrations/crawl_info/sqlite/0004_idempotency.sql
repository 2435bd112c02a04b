-- The key under which a client created a row, unique with who it was, and the hash of the request: a repeat finds the row.

ALTER TABLE crawl_sources ADD COLUMN idempotency_key TEXT;
ALTER TABLE crawl_sources ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX crawl_sources_by_key ON crawl_sources (created_by, idempotency_key);

ALTER TABLE nas_files ADD COLUMN idempotency_key TEXT;
ALTER TABLE nas_files ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX nas_files_by_key ON nas_files (created_by, idempotency_key);

ALTER TABLE uploads ADD COLUMN idempotency_key TEXT;
ALTER TABLE uploads ADD COLUMN request_hash TEXT;
CREATE UNIQUE INDEX uploads_by_key ON uploads (created_by, idempotency_key);
