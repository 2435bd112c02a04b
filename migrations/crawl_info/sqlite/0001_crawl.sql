-- What is crawled (sources), each crawl of a source (runs), each URL of a crawl (items), and the documents they became.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), booleans are 0/1. URLs are ASCII of at most 1,000 bytes.

CREATE TABLE crawl_sources (
    id                  TEXT    NOT NULL PRIMARY KEY,
    name                TEXT    NOT NULL,
    start_url           TEXT    NOT NULL,
    url_prefix          TEXT    NOT NULL,
    collection          TEXT    NOT NULL,
    category_id         TEXT,
    organization_id     TEXT,
    max_pages           INTEGER NOT NULL,
    max_depth           INTEGER NOT NULL,
    max_bytes           INTEGER NOT NULL,
    delay_ms            INTEGER NOT NULL,
    allow_private_hosts INTEGER NOT NULL,
    interval_seconds    INTEGER,
    next_run_at         INTEGER,
    active              INTEGER NOT NULL,
    created_by          TEXT,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;

CREATE INDEX crawl_sources_by_name ON crawl_sources (name, id);
CREATE INDEX crawl_sources_due ON crawl_sources (next_run_at);

CREATE TABLE crawl_runs (
    id              TEXT    NOT NULL PRIMARY KEY,
    source_id       TEXT    NOT NULL REFERENCES crawl_sources (id),
    idempotency_key TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    reason          TEXT,
    -- The source while the run is queued or running, otherwise NULL: a source has one open run at most.
    open_source     TEXT    UNIQUE,
    started_by      TEXT,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER,
    -- The worker that runs it, and until when it may; afterwards any worker may go on with it.
    lease_owner     TEXT,
    lease_until     INTEGER,
    UNIQUE (source_id, idempotency_key)
) STRICT;

CREATE INDEX crawl_runs_by_source ON crawl_runs (source_id, id);
CREATE INDEX crawl_runs_by_status ON crawl_runs (status, lease_until);

CREATE TABLE crawl_items (
    id              TEXT    NOT NULL PRIMARY KEY,
    run_id          TEXT    NOT NULL REFERENCES crawl_runs (id),
    source_id       TEXT    NOT NULL REFERENCES crawl_sources (id),
    url             TEXT    NOT NULL,
    depth           INTEGER NOT NULL,
    -- How many redirects led here, and where this one led.
    redirects       INTEGER NOT NULL,
    redirect_to     TEXT,
    state           TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    reason          TEXT,
    detail          TEXT,
    http_status     INTEGER,
    content_type    TEXT,
    content_hash    TEXT,
    title           TEXT,
    file_id         TEXT,
    document_id     TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    UNIQUE (run_id, url)
) STRICT;

CREATE INDEX crawl_items_next ON crawl_items (run_id, state, next_attempt_at);
CREATE INDEX crawl_items_by_run ON crawl_items (run_id, id);
CREATE INDEX crawl_items_by_content ON crawl_items (run_id, content_hash);

-- The item and the original that each document came from last.
CREATE TABLE document_links (
    document_id TEXT    NOT NULL PRIMARY KEY,
    item_id     TEXT,
    file_id     TEXT,
    updated_at  INTEGER NOT NULL
) STRICT;
