-- Uploads in parts: each part is a content of its own on the NAS until all of them are joined to one.

-- How many bytes there will be, once that is known.
ALTER TABLE uploads ADD COLUMN total_bytes INTEGER;
-- How many have arrived in parts, without a gap from the first.
ALTER TABLE uploads ADD COLUMN received_bytes INTEGER NOT NULL DEFAULT 0;
-- Until when somebody joins the parts; afterwards anybody may.
ALTER TABLE uploads ADD COLUMN joining_until INTEGER;

CREATE INDEX uploads_by_blob ON uploads (blob_key);

CREATE TABLE upload_parts (
    upload_id  TEXT    NOT NULL REFERENCES uploads (id),
    first_byte INTEGER NOT NULL,
    size       INTEGER NOT NULL,
    blob_key   TEXT    NOT NULL UNIQUE,
    PRIMARY KEY (upload_id, first_byte)
) STRICT;
