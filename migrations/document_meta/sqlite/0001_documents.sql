-- Document Meta, the source of truth of every document. common writes, document reads.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), a document with deleted_at is a tombstone.

CREATE TABLE documents (
    id              TEXT    NOT NULL PRIMARY KEY,
    collection      TEXT    NOT NULL CHECK (collection IN ('politica', 'screening', 'project')),
    title           TEXT    NOT NULL,
    summary         TEXT    NOT NULL,
    body            TEXT    NOT NULL,
    language        TEXT    NOT NULL,
    author          TEXT,
    source_url      TEXT,
    published_at    INTEGER NOT NULL,
    category_id     TEXT,
    organization_id TEXT,
    details         TEXT    NOT NULL DEFAULT '{}',
    content_hash    TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER
) STRICT;

-- The lists that document and common page through: newest first, ties broken by id, tombstones left out.
CREATE INDEX documents_by_time ON documents (published_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_by_collection ON documents (collection, published_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_by_category ON documents (category_id, published_at, id) WHERE deleted_at IS NULL;
CREATE INDEX documents_by_organization ON documents (organization_id, published_at, id) WHERE deleted_at IS NULL;
-- A page that is crawled again is the same document.
CREATE INDEX documents_by_source ON documents (source_url, collection) WHERE source_url IS NOT NULL;
-- A rebuild of an index walks a collection by id and catches up by time of change, tombstones included.
CREATE INDEX documents_by_id ON documents (collection, id);
CREATE INDEX documents_by_change ON documents (collection, updated_at);

CREATE TABLE document_keywords (
    document_id TEXT    NOT NULL,
    position    INTEGER NOT NULL,
    keyword     TEXT    NOT NULL,
    PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_keywords_by_keyword ON document_keywords (keyword, document_id);

-- Answers already given to ingests, by idempotency key; version and outcome let a repeated request get the same answer.
CREATE TABLE ingests (
    idempotency_key TEXT    NOT NULL PRIMARY KEY,
    document_id     TEXT    NOT NULL,
    created_at      INTEGER NOT NULL,
    request_hash    TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    outcome         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ingests_by_time ON ingests (created_at);

-- What the search indexes still have to learn. An entry goes away only after the index holds that version durably.
CREATE TABLE outbox (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id   TEXT    NOT NULL,
    collection    TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    claimed_by    TEXT,
    claimed_until INTEGER
) STRICT;

CREATE INDEX outbox_by_claim ON outbox (claimed_by, claimed_until);
CREATE INDEX outbox_by_document ON outbox (document_id, claimed_until);
