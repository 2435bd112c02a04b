-- The files of the NAS: names and folders are kept here, contents under generated keys on the NAS.

CREATE TABLE nas_files (
    id           VARCHAR(64)  NOT NULL PRIMARY KEY,
    -- The folder it is in; `root` is no row.
    parent_id    VARCHAR(64)  NOT NULL,
    name         VARCHAR(255) NOT NULL,
    -- Folders first, then by name; unique in a folder.
    sort_key     VARCHAR(256) NOT NULL,
    is_folder    TINYINT      NOT NULL,
    size         BIGINT       NOT NULL,
    media_type   TEXT,
    sha256       VARCHAR(64),
    blob_key     VARCHAR(255),
    -- Whether it is the original of a crawled document; such files may be read by every signed-in user.
    is_original  TINYINT      NOT NULL,
    -- `<parent>/<name>` while the file stands in its folder, NULL in the recycle bin: names are unique in a folder.
    place        VARCHAR(320),
    deleted_at   BIGINT,
    -- The file or folder whose deletion took this one along.
    deleted_with VARCHAR(64),
    -- 1 once it is to be removed for good: its content first, then this row.
    purging      TINYINT      NOT NULL DEFAULT 0,
    created_by   VARCHAR(64),
    created_at   BIGINT       NOT NULL,
    updated_at   BIGINT       NOT NULL,
    UNIQUE KEY nas_files_by_blob_key (blob_key),
    UNIQUE KEY nas_files_by_place (place),
    KEY nas_files_by_parent (parent_id, sort_key),
    KEY nas_files_deleted (deleted_with, deleted_at),
    KEY nas_files_purging (purging)
);

CREATE TABLE uploads (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    parent_id   VARCHAR(64)  NOT NULL,
    name        VARCHAR(255) NOT NULL,
    max_bytes   BIGINT       NOT NULL,
    expires_at  BIGINT       NOT NULL,
    -- `open`, `received` or `completed`.
    state       VARCHAR(16)  NOT NULL,
    blob_key    VARCHAR(255),
    size        BIGINT,
    sha256      VARCHAR(64),
    media_type  TEXT,
    file_id     VARCHAR(64),
    created_by  VARCHAR(64),
    created_at  BIGINT       NOT NULL,
    KEY uploads_by_expiry (state, expires_at)
);

-- Contents that are being written or that no file names yet. A sweep removes those that stay here too long; a key is used
-- for one write only, so that nothing can come back to it.
CREATE TABLE pending_blobs (
    blob_key   VARCHAR(255) NOT NULL PRIMARY KEY,
    created_at BIGINT       NOT NULL,
    -- 1 once the sweep has decided to remove it; no file may name it any more.
    removing   TINYINT      NOT NULL DEFAULT 0,
    KEY pending_blobs_by_age (created_at)
);
