"""Sessions of the console, failed sign-ins, and the log of who saw and did what."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

SESSIONS = """
CREATE TABLE sessions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest     text COLLATE "C" NOT NULL UNIQUE,
    account    text COLLATE "C" NOT NULL REFERENCES accounts (id),
    role       text        NOT NULL,
    unit       text,
    how        text        NOT NULL CHECK (how IN ('password', 'oidc')),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    agent      text        NOT NULL,
    address    text        NOT NULL
);
CREATE INDEX ON sessions (account);
CREATE INDEX ON sessions (expires_at);
COMMENT ON COLUMN sessions.digest IS 'SHA-256 of the cookie; the cookie itself is kept nowhere.';

CREATE TABLE sign_in_failures (
    name         text COLLATE "C" PRIMARY KEY,
    failures     integer     NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX ON sign_in_failures (last_at);
COMMENT ON COLUMN sign_in_failures.name IS 'A digest of the name that was tried; there may be no such account.';

ALTER TABLE accounts ADD COLUMN tokens_since timestamptz;
COMMENT ON COLUMN accounts.tokens_since IS 'Tokens from before are good no longer.';

-- What is due first, for the page of one's own work.
CREATE INDEX ON cases (until, number) WHERE closed_at IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, sign_in_failures TO hongxiu_app;
"""

# Position, time and hashes are the trigger's, whatever is inserted. Lock 7358 orders the chain's commits.
ACCESS_LOG = """
CREATE TABLE access_log (
    position  bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    account   text COLLATE "C",
    role      text,
    unit      text,
    what      text NOT NULL,
    subject   text COLLATE "C",
    route     text,
    outcome   text NOT NULL CHECK (outcome IN ('done', 'denied')),
    address   text NOT NULL,
    prev_hash text NOT NULL,
    hash      text NOT NULL
);
CREATE INDEX ON access_log (account, position);
CREATE INDEX ON access_log (subject, position) WHERE subject IS NOT NULL;
CREATE INDEX ON access_log (at);
COMMENT ON TABLE access_log IS 'Who saw and did what, beside the events. Only ever added to; a chain of hashes.';

CREATE FUNCTION hx_access_hash(entry access_log) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(entry.prev_hash || jsonb_build_array(
        entry.position, extract(epoch FROM entry.at), entry.account, entry.role, entry.unit, entry.what,
        entry.subject, entry.route, entry.outcome, entry.address)::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION hx_chain_access() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(7358);
    SELECT position, hash INTO last FROM access_log ORDER BY position DESC LIMIT 1;
    NEW.position := coalesce(last.position, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.prev_hash := coalesce(last.hash, '');
    NEW.hash := hx_access_hash(NEW);
    RETURN NEW;
END $$;

CREATE TRIGGER chain BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION hx_chain_access();

GRANT SELECT, INSERT ON access_log TO hongxiu_app;
"""


def upgrade() -> None:
    """Add what the console needs. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (SESSIONS, ACCESS_LOG):
        connection.execute(part)
