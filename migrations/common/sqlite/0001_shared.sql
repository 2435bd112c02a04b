-- What all share: categories, organizations, code tables, and what belongs to one user: bookmarks, saved searches.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), booleans are 0/1.

CREATE TABLE categories (
    id          TEXT    NOT NULL PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE,
    parent_id   TEXT    REFERENCES categories (id),
    position    INTEGER NOT NULL,
    name_ko     TEXT    NOT NULL,
    name_en     TEXT    NOT NULL,
    -- 1 after a move until its documents have been queued for the index, which holds every document's ancestors.
    moved       INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX categories_by_parent ON categories (parent_id, position, id);
CREATE INDEX categories_moved ON categories (id) WHERE moved = 1;

CREATE TABLE organizations (
    id          TEXT    NOT NULL PRIMARY KEY,
    slug        TEXT    NOT NULL UNIQUE,
    name_ko     TEXT    NOT NULL,
    name_en     TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    homepage    TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE INDEX organizations_by_kind ON organizations (kind, slug);

CREATE TABLE code_tables (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE,
    title_ko    TEXT    NOT NULL,
    title_en    TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE codes (
    id          TEXT    NOT NULL PRIMARY KEY,
    table_id    TEXT    NOT NULL REFERENCES code_tables (id) ON DELETE CASCADE,
    value       TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    label_ko    TEXT    NOT NULL,
    label_en    TEXT    NOT NULL,
    active      INTEGER NOT NULL DEFAULT 1,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (table_id, value)
) STRICT;

CREATE INDEX codes_by_position ON codes (table_id, position, value);

CREATE TABLE bookmarks (
    id          TEXT    NOT NULL PRIMARY KEY,
    user_id     TEXT    NOT NULL,
    document_id TEXT    NOT NULL,
    note        TEXT,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (user_id, document_id)
) STRICT;

CREATE INDEX bookmarks_by_time ON bookmarks (user_id, created_at, id);
CREATE INDEX bookmarks_by_document ON bookmarks (document_id);

CREATE TABLE saved_searches (
    id          TEXT    NOT NULL PRIMARY KEY,
    user_id     TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    parameters  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (user_id, name)
) STRICT;

CREATE INDEX saved_searches_by_time ON saved_searches (user_id, created_at, id);

-- Rebuilds of a search index: one that stopped half-way is found here by the next start.
CREATE TABLE reindexes (
    id          TEXT    NOT NULL PRIMARY KEY,
    collection  TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('running', 'published', 'failed')),
    documents   INTEGER NOT NULL DEFAULT 0,
    started_by  TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    renewed_at  INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE INDEX reindexes_by_time ON reindexes (collection, started_at);
-- At most one at a time for each collection.
CREATE UNIQUE INDEX reindexes_running ON reindexes (collection) WHERE state = 'running';
