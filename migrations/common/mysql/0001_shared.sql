-- What all share: categories, organizations, code tables, and what belongs to one user: bookmarks, saved searches.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), booleans are 0/1.

CREATE TABLE categories (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    slug        VARCHAR(64)  NOT NULL,
    parent_id   VARCHAR(64),
    position    BIGINT       NOT NULL,
    name_ko     VARCHAR(400) NOT NULL,
    name_en     VARCHAR(400) NOT NULL,
    -- 1 after a move until its documents have been queued for the index, which holds every document's ancestors.
    moved       TINYINT      NOT NULL DEFAULT 0,
    created_at  BIGINT       NOT NULL,
    updated_at  BIGINT       NOT NULL,
    UNIQUE KEY categories_by_slug (slug),
    KEY categories_by_parent (parent_id, position, id),
    KEY categories_moved (moved),
    FOREIGN KEY (parent_id) REFERENCES categories (id)
);

CREATE TABLE organizations (
    id          VARCHAR(64)   NOT NULL PRIMARY KEY,
    slug        VARCHAR(64)   NOT NULL,
    name_ko     VARCHAR(400)  NOT NULL,
    name_en     VARCHAR(400)  NOT NULL,
    kind        VARCHAR(64)   NOT NULL,
    homepage    VARCHAR(2000),
    created_at  BIGINT        NOT NULL,
    updated_at  BIGINT        NOT NULL,
    UNIQUE KEY organizations_by_slug (slug),
    KEY organizations_by_kind (kind, slug)
);

CREATE TABLE code_tables (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    name        VARCHAR(64)  NOT NULL,
    title_ko    VARCHAR(400) NOT NULL,
    title_en    VARCHAR(400) NOT NULL,
    created_at  BIGINT       NOT NULL,
    updated_at  BIGINT       NOT NULL,
    UNIQUE KEY code_tables_by_name (name)
);

CREATE TABLE codes (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    table_id    VARCHAR(64)  NOT NULL,
    value       VARCHAR(64)  NOT NULL,
    position    BIGINT       NOT NULL,
    label_ko    VARCHAR(400) NOT NULL,
    label_en    VARCHAR(400) NOT NULL,
    active      TINYINT      NOT NULL DEFAULT 1,
    created_at  BIGINT       NOT NULL,
    updated_at  BIGINT       NOT NULL,
    UNIQUE KEY codes_by_value (table_id, value),
    KEY codes_by_position (table_id, position, value),
    FOREIGN KEY (table_id) REFERENCES code_tables (id) ON DELETE CASCADE
);

CREATE TABLE bookmarks (
    id          VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id     VARCHAR(64) NOT NULL,
    document_id VARCHAR(64) NOT NULL,
    note        TEXT,
    created_at  BIGINT      NOT NULL,
    updated_at  BIGINT      NOT NULL,
    UNIQUE KEY bookmarks_of_user (user_id, document_id),
    KEY bookmarks_by_time (user_id, created_at, id),
    KEY bookmarks_by_document (document_id)
);

CREATE TABLE saved_searches (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    user_id     VARCHAR(64)  NOT NULL,
    name        VARCHAR(200) NOT NULL,
    parameters  MEDIUMTEXT   NOT NULL,
    created_at  BIGINT       NOT NULL,
    updated_at  BIGINT       NOT NULL,
    UNIQUE KEY saved_searches_by_name (user_id, name),
    KEY saved_searches_by_time (user_id, created_at, id)
);

-- Rebuilds of a search index: one that stopped half-way is found here by the next start.
CREATE TABLE reindexes (
    id          VARCHAR(64) NOT NULL PRIMARY KEY,
    collection  VARCHAR(16) NOT NULL,
    state       VARCHAR(16) NOT NULL CHECK (state IN ('running', 'published', 'failed')),
    documents   BIGINT      NOT NULL DEFAULT 0,
    started_by  VARCHAR(64) NOT NULL,
    started_at  BIGINT      NOT NULL,
    renewed_at  BIGINT      NOT NULL,
    finished_at BIGINT,
    -- At most one at a time for each collection.
    running     VARCHAR(16) GENERATED ALWAYS AS (CASE WHEN state = 'running' THEN collection END) VIRTUAL,
    UNIQUE KEY reindexes_running (running),
    KEY reindexes_by_time (collection, started_at)
);

-- A transaction that must run alone among its like locks a name here (`Transaction::lock`).
CREATE TABLE locks (
    name VARCHAR(64) NOT NULL PRIMARY KEY
);
