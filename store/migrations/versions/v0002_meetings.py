"""Sittings with their documents; what is looked up by sitting."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SITTINGS = """
CREATE TABLE sittings (
    id          text COLLATE "C" PRIMARY KEY,
    version     integer     NOT NULL,
    forum       text COLLATE "C" NOT NULL,
    tier        text        NOT NULL,
    status      text        NOT NULL,
    sequence    integer     NOT NULL,
    drafts_at   timestamptz NOT NULL,
    freezes_at  timestamptz NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    minutes_due timestamptz NOT NULL,
    provisional boolean     NOT NULL,
    agenda      text,
    minutes     text,
    addenda     jsonb       NOT NULL,
    chair       text,
    recorder    text,
    present     text[]      NOT NULL,
    absent      text[]      NOT NULL,
    updated_at  timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX ON sittings (forum, starts_at);
CREATE INDEX ON sittings (starts_at);
CREATE INDEX ON sittings (sequence) WHERE sequence > 0;
COMMENT ON TABLE sittings IS 'A projection of events, written with them; hongxiu rebuild makes it anew.';

CREATE TABLE documents (
    id      text COLLATE "C" PRIMARY KEY,
    sitting text COLLATE "C" NOT NULL,
    kind    text        NOT NULL CHECK (kind IN ('agenda', 'minutes')),
    version integer     NOT NULL,
    status  text        NOT NULL CHECK (status IN ('draft', 'frozen')),
    content jsonb       NOT NULL,
    digest  text        NOT NULL,
    cases   integer     NOT NULL,
    made_at timestamptz NOT NULL
);
CREATE INDEX ON documents (sitting, kind, version);
COMMENT ON TABLE documents IS 'Agendas and minutes as they were written; never changed. Events carry the digest.';
"""

# The sitting's own events carry all of its dates under the same name: only a case's events are looked up so.
BY_SITTING = """
CREATE INDEX ON cases ((wait ->> 'sitting_id')) WHERE closed_at IS NULL;
CREATE INDEX events_at_sitting ON events ((data #>> '{detail,sitting}'))
    WHERE jsonb_typeof(data #> '{detail,sitting}') = 'string';
"""

PUT_SITTING = """
CREATE FUNCTION hx_put_sitting(p_sitting jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sittings SELECT * FROM jsonb_populate_record(NULL::sittings, p_sitting)
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, forum = excluded.forum, tier = excluded.tier, status = excluded.status,
        sequence = excluded.sequence, drafts_at = excluded.drafts_at, freezes_at = excluded.freezes_at,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at, minutes_due = excluded.minutes_due,
        provisional = excluded.provisional, agenda = excluded.agenda, minutes = excluded.minutes,
        addenda = excluded.addenda, chair = excluded.chair, recorder = excluded.recorder,
        present = excluded.present, absent = excluded.absent, updated_at = excluded.updated_at
    WHERE sittings.version < excluded.version;
END $$;
"""

# As in 0001, with the sitting's row; a call with six arguments goes on working.
APPEND = """
DROP FUNCTION hx_append(text, integer, text, text, jsonb, jsonb);
CREATE FUNCTION hx_append(
    p_stream text, p_expected integer, p_prev_hash text, p_command text, p_events jsonb, p_case jsonb,
    p_sitting jsonb DEFAULT NULL,
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
    IF p_sitting IS NOT NULL THEN
        PERFORM hx_put_sitting(p_sitting);
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

# Several appends in one transaction, so that they share its flush (store/together.py). Each is what it is alone.
APPEND_ALL = """
CREATE FUNCTION hx_append_all(p_orders jsonb)
RETURNS TABLE (ordinal bigint, status text, first_position bigint, at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT value AS v, n FROM jsonb_array_elements(p_orders) WITH ORDINALITY AS e(value, n) LOOP
        SELECT a.status, a.first_position, a.at INTO status, first_position, at
        FROM hx_append(o.v->>'stream', (o.v->>'expected')::integer, o.v->>'prev_hash', o.v->>'command',
                       o.v->'events', o.v->'case', o.v->'sitting') AS a;
        ordinal := o.n;
        RETURN NEXT;
    END LOOP;
END $$;
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON sittings TO hongxiu_app;
GRANT SELECT, INSERT ON documents TO hongxiu_app;
"""


def upgrade() -> None:
    """Add what meetings need. The driver's own connection: the SQL holds colons and per cent signs."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (SITTINGS, BY_SITTING, PUT_SITTING, APPEND, APPEND_ALL, GRANTS):
        connection.execute(part)
