-- What is crawled (sources), each crawl of a source (runs), each URL of a crawl (items), and the documents they became.
-- Ids are UUIDv7 text, times are microseconds since 1970 (UTC), booleans are 0/1. URLs are ASCII of at most 1,000 bytes.

CREATE TABLE crawl_sources (
    id                  VARCHAR(64)   NOT NULL PRIMARY KEY,
    name                VARCHAR(200)  NOT NULL,
    start_url           VARCHAR(1000) NOT NULL,
    url_prefix          VARCHAR(1000) NOT NULL,
    collection          VARCHAR(16)   NOT NULL,
    category_id         TEXT,
    organization_id     TEXT,
    max_pages           BIGINT        NOT NULL,
    max_depth           BIGINT        NOT NULL,
    max_bytes           BIGINT        NOT NULL,
    delay_ms            BIGINT        NOT NULL,
    allow_private_hosts TINYINT       NOT NULL,
    interval_seconds    BIGINT,
    next_run_at         BIGINT,
    active              TINYINT       NOT NULL,
    created_by          VARCHAR(64),
    created_at          BIGINT        NOT NULL,
    updated_at          BIGINT        NOT NULL,
    KEY crawl_sources_by_name (name, id),
    KEY crawl_sources_due (next_run_at)
);

CREATE TABLE crawl_runs (
    id              VARCHAR(64)  NOT NULL PRIMARY KEY,
    source_id       VARCHAR(64)  NOT NULL,
    idempotency_key VARCHAR(200) NOT NULL,
    status          VARCHAR(16)  NOT NULL,
    reason          VARCHAR(64),
    -- The source while the run is queued or running, otherwise NULL: a source has one open run at most.
    open_source     VARCHAR(64),
    started_by      VARCHAR(64),
    created_at      BIGINT       NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT,
    -- The worker that runs it, and until when it may; afterwards any worker may go on with it.
    lease_owner     VARCHAR(64),
    lease_until     BIGINT,
    UNIQUE KEY crawl_runs_open (open_source),
    UNIQUE KEY crawl_runs_by_idempotency_key (source_id, idempotency_key),
    KEY crawl_runs_by_source (source_id, id),
    KEY crawl_runs_by_status (status, lease_until),
    FOREIGN KEY (source_id) REFERENCES crawl_sources (id)
);

CREATE TABLE crawl_items (
    id              VARCHAR(64)   NOT NULL PRIMARY KEY,
    run_id          VARCHAR(64)   NOT NULL,
    source_id       VARCHAR(64)   NOT NULL,
    -- ASCII, because a key has at most 3,072 bytes.
    url             VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    depth           BIGINT        NOT NULL,
    -- How many redirects led here, and where this one led.
    redirects       BIGINT        NOT NULL,
    redirect_to     TEXT,
    state           VARCHAR(16)   NOT NULL,
    attempts        BIGINT        NOT NULL,
    next_attempt_at BIGINT        NOT NULL,
    reason          VARCHAR(64),
    detail          TEXT,
    http_status     BIGINT,
    content_type    TEXT,
    content_hash    VARCHAR(128),
    title           TEXT,
    file_id         VARCHAR(64),
    document_id     VARCHAR(64),
    created_at      BIGINT        NOT NULL,
    updated_at      BIGINT        NOT NULL,
    UNIQUE KEY crawl_items_by_url (run_id, url),
    KEY crawl_items_next (run_id, state, next_attempt_at),
    KEY crawl_items_by_run (run_id, id),
    KEY crawl_items_by_content (run_id, content_hash),
    FOREIGN KEY (run_id) REFERENCES crawl_runs (id),
    FOREIGN KEY (source_id) REFERENCES crawl_sources (id)
);

-- The item and the original that each document came from last.
CREATE TABLE document_links (
    document_id VARCHAR(64) NOT NULL PRIMARY KEY,
    item_id     VARCHAR(64),
    file_id     VARCHAR(64),
    updated_at  BIGINT      NOT NULL
);

-- A transaction that must run alone among its like locks a name here (`Transaction::lock`).
CREATE TABLE locks (
    name VARCHAR(64) NOT NULL PRIMARY KEY
);
