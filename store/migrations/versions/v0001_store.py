"""The event log, the case list, sealed records, claims, policies and accounts."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LOG = """
CREATE TABLE events (
    position       bigint      PRIMARY KEY,
    stream         text COLLATE "C" NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    type           text        NOT NULL,
    schema_version integer     NOT NULL,
    data           jsonb       NOT NULL,
    actor          jsonb       NOT NULL,
    command_id     text COLLATE "C" NOT NULL,
    step           integer     NOT NULL,
    caused_by      text,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    prev_hash      text        NOT NULL,
    hash           text        NOT NULL,
    UNIQUE (stream, version),
    UNIQUE (command_id, step)
);
CREATE INDEX events_streams ON events (stream) WHERE version = 1;
COMMENT ON TABLE events IS 'The record. Rows are only ever added, by hx_append.';
"""

CASES = """
CREATE TABLE cases (
    number       text COLLATE "C" PRIMARY KEY,
    version      integer     NOT NULL,
    tier         text        NOT NULL,
    stage        text        NOT NULL,
    estate       text        NOT NULL,
    community    text,
    units        text[]      NOT NULL,
    category     text        NOT NULL,
    severity     text,
    channel      text,
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    closed_at    timestamptz,
    closed_as    text,
    wait         jsonb,
    until        timestamptz,
    overdue      boolean     NOT NULL,
    supervised   boolean     NOT NULL,
    emergency_id text,
    carried_over integer     NOT NULL,
    lead         text,
    co_handlers  text[]      NOT NULL,
    duplicate_of text,
    resident     text
) WITH (fillfactor = 80);
-- Named by PostgreSQL itself, so that a rebuilt copy (LIKE ... INCLUDING ALL) has the same names.
CREATE INDEX ON cases (opened_at DESC, number DESC);
CREATE INDEX ON cases (opened_at DESC, number DESC) WHERE closed_at IS NULL;
CREATE INDEX ON cases USING gin (units);
CREATE INDEX ON cases (lead) WHERE lead IS NOT NULL;
CREATE INDEX ON cases USING gin (co_handlers);
CREATE INDEX ON cases (emergency_id) WHERE emergency_id IS NOT NULL;
CREATE INDEX ON cases (resident);
COMMENT ON TABLE cases IS 'A projection of events, written with them; hongxiu rebuild makes it anew.';

CREATE TABLE case_titles (
    number   text COLLATE "C" PRIMARY KEY,
    resident text,
    title    text   NOT NULL,
    grams    text[] NOT NULL
);
CREATE INDEX ON case_titles (resident);
CREATE INDEX ON case_titles USING gin (grams);
COMMENT ON TABLE case_titles IS 'Clear text for lists and search; goes when the resident is erased.';
"""

PERSONAL = """
CREATE TABLE residents (
    id         text COLLATE "C" PRIMARY KEY,
    key        bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,
    CHECK ((key IS NULL) = (erased_at IS NOT NULL))
);
CREATE TABLE sealed (
    id         text COLLATE "C" PRIMARY KEY,
    resident   text COLLATE "C" NOT NULL REFERENCES residents (id),
    kind       text        NOT NULL,
    subject    text COLLATE "C",
    ciphertext bytea       NOT NULL,
    digest     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON sealed (resident);
CREATE INDEX ON sealed (subject);
COMMENT ON COLUMN residents.key IS 'The resident''s key, wrapped by the master key; NULL once erased.';
"""

REST = """
CREATE TABLE claims (
    key         text COLLATE "C" PRIMARY KEY,
    fingerprint text        NOT NULL,
    subject     text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE case_numbers (
    prefix text COLLATE "C" PRIMARY KEY,
    last   bigint NOT NULL
);
CREATE TABLE policy_versions (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('ladder', 'organisation', 'calendar')),
    name      text        NOT NULL,
    version   text        NOT NULL,
    sha256    text        NOT NULL,
    content   text        NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, name, version)
);
CREATE TABLE accounts (
    id            text COLLATE "C" PRIMARY KEY,
    password_hash text    NOT NULL,
    posts         jsonb   NOT NULL,
    disabled      boolean NOT NULL DEFAULT false
);
"""

# The last lock, 7357, is the one that orders commits by position: whoever holds it sees every smaller
# position committed. max(position) + 1 rather than a sequence, because a sequence leaves holes after a crash
# or a lost race, and a log without holes shows at once that nothing was taken out of it.
APPEND = """
CREATE FUNCTION hx_append(
    p_stream text, p_expected integer, p_prev_hash text, p_command text, p_events jsonb, p_case jsonb,
    OUT status text, OUT first_position bigint, OUT at timestamptz
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    head record;
BEGIN
    PERFORM FROM events WHERE command_id = p_command LIMIT 1;
    IF FOUND THEN
        status := 'already_recorded';
        RETURN;
    END IF;

    SELECT version, hash INTO head FROM events WHERE stream = p_stream ORDER BY version DESC LIMIT 1;
    IF coalesce(head.version, 0) <> p_expected OR coalesce(head.hash, '') <> p_prev_hash THEN
        status := 'behind';
        RETURN;
    END IF;

    IF p_case IS NOT NULL THEN
        PERFORM hx_put_case(p_case);
    END IF;

    PERFORM pg_advisory_xact_lock(7357);
    SELECT coalesce(max(position), 0) + 1 INTO first_position FROM events;
    at := clock_timestamp();
    INSERT INTO events (position, stream, version, type, schema_version, data, actor, command_id, step,
                        caused_by, occurred_at, recorded_at, prev_hash, hash)
    SELECT first_position + e.step, p_stream, p_expected + 1 + e.step, e.type, e.schema_version, e.data,
           e.actor, p_command, e.step, e.caused_by, e.occurred_at, at, e.prev_hash, e.hash
    FROM jsonb_to_recordset(p_events) AS e (
        step integer, type text, schema_version integer, data jsonb, actor jsonb, caused_by text,
        occurred_at timestamptz, prev_hash text, hash text)
    ORDER BY e.step;
    status := 'appended';
END $$;
"""

# A row is never replaced by an older one.
PUT_CASE = """
CREATE FUNCTION hx_put_case(p_case jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cases SELECT * FROM jsonb_populate_record(NULL::cases, p_case)
    ON CONFLICT (number) DO UPDATE SET
        version = excluded.version, tier = excluded.tier, stage = excluded.stage, estate = excluded.estate,
        community = excluded.community, units = excluded.units, category = excluded.category,
        severity = excluded.severity, channel = excluded.channel, opened_at = excluded.opened_at,
        updated_at = excluded.updated_at, closed_at = excluded.closed_at, closed_as = excluded.closed_as,
        wait = excluded.wait, until = excluded.until, overdue = excluded.overdue,
        supervised = excluded.supervised, emergency_id = excluded.emergency_id,
        carried_over = excluded.carried_over, lead = excluded.lead, co_handlers = excluded.co_handlers,
        duplicate_of = excluded.duplicate_of, resident = excluded.resident
    WHERE cases.version < excluded.version;
END $$;
"""

# A number is drawn under the row's lock, so that no number is ever skipped.
CLAIM = """
CREATE FUNCTION hx_claim(p_key text, p_fingerprint text, p_subject text, p_prefix text,
    OUT subject text, OUT fresh boolean, OUT matches boolean
) LANGUAGE plpgsql AS $$
DECLARE
    drawn bigint;
BEGIN
    INSERT INTO claims (key, fingerprint, subject) VALUES (p_key, p_fingerprint, p_subject)
    ON CONFLICT (key) DO NOTHING;
    fresh := FOUND;
    IF fresh AND p_prefix IS NOT NULL THEN
        INSERT INTO case_numbers AS n (prefix, last) VALUES (p_prefix, 1)
        ON CONFLICT (prefix) DO UPDATE SET last = n.last + 1 RETURNING n.last INTO drawn;
        UPDATE claims AS c SET subject = p_prefix || '-' || CASE WHEN drawn < 1000000
            THEN lpad(drawn::text, 6, '0') ELSE drawn::text END WHERE c.key = p_key;
    END IF;
    SELECT c.subject, c.fingerprint = p_fingerprint INTO subject, matches
    FROM claims AS c WHERE c.key = p_key;
END $$;
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO hongxiu_app;
GRANT SELECT, INSERT ON events, sealed, policy_versions TO hongxiu_app;
GRANT SELECT, INSERT, UPDATE ON cases, residents, claims, case_numbers, accounts TO hongxiu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_titles TO hongxiu_app;
GRANT SELECT ON alembic_version TO hongxiu_app;
"""


def upgrade() -> None:
    """Create everything. The driver's own connection: the SQL holds colons and per cent signs."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (LOG, CASES, PERSONAL, REST, PUT_CASE, APPEND, CLAIM, GRANTS):
        connection.execute(part)
