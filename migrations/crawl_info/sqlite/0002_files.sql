-- The files of the NAS: names and folders are kept here, contents under generated keys on the NAS.

CREATE TABLE nas_files (
    id           TEXT    NOT NULL PRIMARY KEY,
    -- The folder it is in; `root` is no row.
    parent_id    TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    -- Folders first, then by name; unique in a folder.
    sort_key     TEXT    NOT NULL,
    is_folder    INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    media_type   TEXT,
    sha256       TEXT,
    blob_key     TEXT    UNIQUE,
    -- Whether it is the original of a crawled document; such files may be read by every signed-in user.
    is_original  INTEGER NOT NULL,
    -- `<parent>/<name>` while the file stands in its folder, NULL in the recycle bin: names are unique in a folder.
    place        TEXT    UNIQUE,
    deleted_at   INTEGER,
    -- The file or folder whose deletion took this one along.
    deleted_with TEXT,
    -- 1 once it is to be removed for good: its content first, then this row.
    purging      INTEGER NOT NULL DEFAULT 0,
    created_by   TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX nas_files_by_parent ON nas_files (parent_id, sort_key);
CREATE INDEX nas_files_deleted ON nas_files (deleted_with, deleted_at);
CREATE INDEX nas_files_purging ON nas_files (purging);

CREATE TABLE uploads (
    id          TEXT    NOT NULL PRIMARY KEY,
    parent_id   TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    max_bytes   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    -- `open`, `received` or `completed`.
    state       TEXT    NOT NULL,
    blob_key    TEXT,
    size        INTEGER,
    sha256      TEXT,
    media_type  TEXT,
    file_id     TEXT,
    created_by  TEXT,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX uploads_by_expiry ON uploads (state, expires_at);

-- Contents that are being written or that no file names yet. A sweep removes those that stay here too long; a key is used
-- for one write only, so that nothing can come back to it.
CREATE TABLE pending_blobs (
    blob_key   TEXT    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    -- 1 once the sweep has decided to remove it; no file may name it any more.
    removing   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX pending_blobs_by_age ON pending_blobs (created_at);
