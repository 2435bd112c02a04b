-- Uploads in parts: each part is a content of its own on the NAS until all of them are joined to one.

ALTER TABLE uploads
    -- How many bytes there will be, once that is known.
    ADD COLUMN total_bytes BIGINT,
    -- How many have arrived in parts, without a gap from the first.
    ADD COLUMN received_bytes BIGINT NOT NULL DEFAULT 0,
    -- Until when somebody joins the parts; afterwards anybody may.
    ADD COLUMN joining_until BIGINT,
    ADD KEY uploads_by_blob (blob_key);

CREATE TABLE upload_parts (
    upload_id  VARCHAR(64)  NOT NULL,
    first_byte BIGINT       NOT NULL,
    size       BIGINT       NOT NULL,
    blob_key   VARCHAR(255) NOT NULL,
    PRIMARY KEY (upload_id, first_byte),
    UNIQUE KEY upload_parts_by_blob (blob_key),
    CONSTRAINT upload_parts_of_upload FOREIGN KEY (upload_id) REFERENCES uploads (id)
);
