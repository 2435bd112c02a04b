-- Who may sign in, what they may do, and what they signed in with. Times are microseconds since 1970 (UTC); of secrets only
-- hashes are kept.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL UNIQUE, -- the address in lower case
    name          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,        -- Argon2id, PHC text
    active        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    last_login_at INTEGER NULL
) STRICT;

CREATE TABLE user_roles (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role    TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
) STRICT;

CREATE INDEX user_roles_by_role ON user_roles (role, user_id);

-- By address or client id, whether or not an account of that name exists.
CREATE TABLE login_failures (
    account         TEXT    NOT NULL PRIMARY KEY,
    failures        INTEGER NOT NULL,
    last_failure_at INTEGER NOT NULL,
    blocked_until   INTEGER NOT NULL
) STRICT;

-- A session is a family of refresh tokens, each replaced by the next.
CREATE TABLE sessions (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device       TEXT    NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER NULL,
    end_reason   TEXT    NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, id);

CREATE TABLE refresh_tokens (
    id          TEXT    NOT NULL PRIMARY KEY,
    session_id  TEXT    NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    token_hash  TEXT    NOT NULL UNIQUE,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    used_at     INTEGER NULL,
    replaced_by TEXT    NULL
) STRICT;

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

CREATE TABLE api_keys (
    id           TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    key_hash     TEXT    NOT NULL UNIQUE,
    hint         TEXT    NOT NULL, -- its first characters, to tell keys apart
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NULL,
    last_used_at INTEGER NULL,
    revoked_at   INTEGER NULL
) STRICT;

CREATE INDEX api_keys_by_user ON api_keys (user_id, id);

CREATE TABLE service_clients (
    id                   TEXT    NOT NULL PRIMARY KEY, -- chosen by an administrator
    name                 TEXT    NOT NULL,
    secret_hash          TEXT    NOT NULL,
    active               INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    last_token_issued_at INTEGER NULL
) STRICT;

CREATE TABLE signing_keys (
    kid          TEXT    NOT NULL PRIMARY KEY,
    state        TEXT    NOT NULL, -- next, active, retired
    public_key   BLOB    NOT NULL,
    private_key  BLOB    NOT NULL, -- PKCS 8, sealed with AES-256-GCM
    created_at   INTEGER NOT NULL,
    activated_at INTEGER NULL,
    retired_at   INTEGER NULL
) STRICT;
