-- Document Meta, the source of truth of every document. common writes, document reads.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), a document with deleted_at is a tombstone.

CREATE TABLE documents (
    id              VARCHAR(64)   NOT NULL PRIMARY KEY,
    collection      VARCHAR(16)   NOT NULL CHECK (collection IN ('politica', 'screening', 'project')),
    title           TEXT          NOT NULL,
    summary         TEXT          NOT NULL,
    body            MEDIUMTEXT    NOT NULL,
    language        VARCHAR(16)   NOT NULL,
    author          VARCHAR(400),
    source_url      VARCHAR(2000),
    published_at    BIGINT        NOT NULL,
    category_id     VARCHAR(64),
    organization_id VARCHAR(64),
    details         MEDIUMTEXT    NOT NULL,
    content_hash    VARCHAR(64)   NOT NULL,
    version         BIGINT        NOT NULL,
    created_at      BIGINT        NOT NULL,
    updated_at      BIGINT        NOT NULL,
    deleted_at      BIGINT,
    -- The lists that document and common page through: tombstones left out, newest first, ties broken by id.
    KEY documents_by_time (deleted_at, published_at, id),
    KEY documents_by_collection (collection, deleted_at, published_at, id),
    KEY documents_by_category (category_id, deleted_at, published_at, id),
    KEY documents_by_organization (organization_id, deleted_at, published_at, id),
    -- A page that is crawled again is the same document.
    KEY documents_by_source (source_url (255), collection),
    -- A rebuild of an index walks a collection by id and catches up by time of change, tombstones included.
    KEY documents_by_id (collection, id),
    KEY documents_by_change (collection, updated_at)
);

CREATE TABLE document_keywords (
    document_id VARCHAR(64)  NOT NULL,
    position    BIGINT       NOT NULL,
    keyword     VARCHAR(200) NOT NULL,
    PRIMARY KEY (document_id, position),
    KEY document_keywords_by_keyword (keyword, document_id)
);

-- Answers already given to ingests, by idempotency key; version and outcome let a repeated request get the same answer.
CREATE TABLE ingests (
    idempotency_key VARCHAR(255) NOT NULL PRIMARY KEY,
    document_id     VARCHAR(64)  NOT NULL,
    created_at      BIGINT       NOT NULL,
    request_hash    VARCHAR(64)  NOT NULL,
    version         BIGINT       NOT NULL,
    outcome         VARCHAR(16)  NOT NULL,
    KEY ingests_by_time (created_at)
);

-- What the search indexes still have to learn. An entry goes away only after the index holds that version durably.
CREATE TABLE outbox (
    sequence      BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    document_id   VARCHAR(64) NOT NULL,
    collection    VARCHAR(16) NOT NULL,
    version       BIGINT      NOT NULL,
    created_at    BIGINT      NOT NULL,
    claimed_by    VARCHAR(64),
    claimed_until BIGINT,
    KEY outbox_by_claim (claimed_by, claimed_until),
    KEY outbox_by_document (document_id, claimed_until)
);

-- A transaction that must run alone among its like locks a name here (`Transaction::lock`).
CREATE TABLE locks (
    name VARCHAR(64) NOT NULL PRIMARY KEY
);
