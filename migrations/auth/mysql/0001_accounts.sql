-- Who may sign in, what they may do, and what they signed in with. Times are microseconds since 1970 (UTC); of secrets only
-- hashes are kept.

CREATE TABLE users (
    id            VARCHAR(64)  NOT NULL PRIMARY KEY,
    email         VARCHAR(512) NOT NULL,
    email_key     VARCHAR(512) NOT NULL, -- the address in lower case
    name          VARCHAR(400) NOT NULL,
    password_hash VARCHAR(255) NOT NULL, -- Argon2id, PHC text
    active        TINYINT      NOT NULL,
    created_at    BIGINT       NOT NULL,
    updated_at    BIGINT       NOT NULL,
    last_login_at BIGINT       NULL,
    UNIQUE KEY users_by_email_key (email_key)
);

CREATE TABLE user_roles (
    user_id VARCHAR(64) NOT NULL,
    role    VARCHAR(64) NOT NULL,
    PRIMARY KEY (user_id, role),
    KEY user_roles_by_role (role, user_id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- By address or client id, whether or not an account of that name exists.
CREATE TABLE login_failures (
    account         VARCHAR(512) NOT NULL PRIMARY KEY,
    failures        BIGINT       NOT NULL,
    last_failure_at BIGINT       NOT NULL,
    blocked_until   BIGINT       NOT NULL
);

-- A session is a family of refresh tokens, each replaced by the next.
CREATE TABLE sessions (
    id           VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id      VARCHAR(64) NOT NULL,
    device       TEXT        NULL,
    created_at   BIGINT      NOT NULL,
    last_used_at BIGINT      NOT NULL,
    expires_at   BIGINT      NOT NULL,
    ended_at     BIGINT      NULL,
    end_reason   TEXT        NULL,
    KEY sessions_by_user (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE refresh_tokens (
    id          VARCHAR(64)  NOT NULL PRIMARY KEY,
    session_id  VARCHAR(64)  NOT NULL,
    token_hash  VARCHAR(128) NOT NULL,
    created_at  BIGINT       NOT NULL,
    expires_at  BIGINT       NOT NULL,
    used_at     BIGINT       NULL,
    replaced_by VARCHAR(64)  NULL,
    UNIQUE KEY refresh_tokens_by_token_hash (token_hash),
    KEY refresh_tokens_by_session (session_id),
    FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
);

CREATE TABLE api_keys (
    id           VARCHAR(64)  NOT NULL PRIMARY KEY,
    user_id      VARCHAR(64)  NOT NULL,
    name         TEXT         NOT NULL,
    key_hash     VARCHAR(128) NOT NULL,
    hint         VARCHAR(64)  NOT NULL, -- its first characters, to tell keys apart
    created_at   BIGINT       NOT NULL,
    expires_at   BIGINT       NULL,
    last_used_at BIGINT       NULL,
    revoked_at   BIGINT       NULL,
    UNIQUE KEY api_keys_by_key_hash (key_hash),
    KEY api_keys_by_user (user_id, id),
    FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE service_clients (
    id                   VARCHAR(255) NOT NULL PRIMARY KEY, -- chosen by an administrator
    name                 VARCHAR(400) NOT NULL,
    secret_hash          VARCHAR(255) NOT NULL,
    active               TINYINT      NOT NULL,
    created_at           BIGINT       NOT NULL,
    last_token_issued_at BIGINT       NULL
);

CREATE TABLE signing_keys (
    kid          VARCHAR(128) NOT NULL PRIMARY KEY,
    state        VARCHAR(16)  NOT NULL, -- next, active, retired
    public_key   BLOB         NOT NULL,
    private_key  BLOB         NOT NULL, -- PKCS 8, sealed with AES-256-GCM
    created_at   BIGINT       NOT NULL,
    activated_at BIGINT       NULL,
    retired_at   BIGINT       NULL
);

-- A transaction that must run alone among its like locks a name here (`Transaction::lock`).
CREATE TABLE locks (
    name VARCHAR(64) NOT NULL PRIMARY KEY
);
