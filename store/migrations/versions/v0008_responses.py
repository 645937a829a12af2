"""Joint responses with their list; playbooks as policies; notices of tasks; one way to record for every list."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

RESPONSES = """
CREATE TABLE responses (
    id            text COLLATE "C" PRIMARY KEY,
    version       integer     NOT NULL,
    playbook      text        NOT NULL,
    status        text        NOT NULL,
    phase         text        NOT NULL,
    cases         text[]      NOT NULL,
    estates       text[]      NOT NULL,
    units         text[]      NOT NULL,
    departments   text[]      NOT NULL,
    lead          text        NOT NULL,
    declared_at   timestamptz NOT NULL,
    stood_down_at timestamptz,
    watch_until   timestamptz,
    cap_at        timestamptz NOT NULL,
    late          boolean     NOT NULL,
    required_open integer     NOT NULL,
    next_until    timestamptz,
    tasks         jsonb       NOT NULL,
    linked        text[]      NOT NULL,
    sitting       text COLLATE "C",
    provider      text,
    outcome       text,
    reports       integer     NOT NULL,
    updated_at    timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX ON responses ((status = 'closed'), declared_at DESC, id DESC);
CREATE INDEX ON responses USING gin (units);
CREATE INDEX ON responses USING gin (departments);
CREATE INDEX ON responses USING gin (cases);
CREATE INDEX ON responses (sitting) WHERE sitting IS NOT NULL;
COMMENT ON TABLE responses IS 'A projection of events, written with them; hongxiu rebuild makes it anew.';
"""

PUT_RESPONSE = """
CREATE FUNCTION hx_put_response(p_row jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO responses SELECT * FROM jsonb_populate_record(NULL::responses, p_row)
    ON CONFLICT (id) DO UPDATE SET
        version = excluded.version, playbook = excluded.playbook, status = excluded.status, phase = excluded.phase,
        cases = excluded.cases, estates = excluded.estates, units = excluded.units,
        departments = excluded.departments, lead = excluded.lead, declared_at = excluded.declared_at,
        stood_down_at = excluded.stood_down_at, watch_until = excluded.watch_until, cap_at = excluded.cap_at,
        late = excluded.late, required_open = excluded.required_open, next_until = excluded.next_until,
        tasks = excluded.tasks, linked = excluded.linked, sitting = excluded.sitting, provider = excluded.provider,
        outcome = excluded.outcome, reports = excluded.reports, updated_at = excluded.updated_at
    WHERE responses.version < excluded.version;
END $$;
"""

# As in 0002, with the row of whichever list the stream has.
RECORD = """
CREATE FUNCTION hx_record(
    p_stream text, p_expected integer, p_prev_hash text, p_command text, p_events jsonb, p_list text, p_row jsonb,
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

    IF p_row IS NOT NULL THEN
        CASE p_list
            WHEN 'cases' THEN PERFORM hx_put_case(p_row);
            WHEN 'sittings' THEN PERFORM hx_put_sitting(p_row);
            WHEN 'responses' THEN PERFORM hx_put_response(p_row);
        END CASE;
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

# The program of the version before goes on calling hx_append, alone and with several orders.
APPEND = """
CREATE OR REPLACE FUNCTION hx_append(
    p_stream text, p_expected integer, p_prev_hash text, p_command text, p_events jsonb, p_case jsonb,
    p_sitting jsonb DEFAULT NULL,
    OUT status text, OUT first_position bigint, OUT at timestamptz
) LANGUAGE sql AS $$
    SELECT r.status, r.first_position, r.at
    FROM hx_record(p_stream, p_expected, p_prev_hash, p_command, p_events,
                   CASE WHEN p_sitting IS NULL THEN 'cases' ELSE 'sittings' END, coalesce(p_sitting, p_case)) AS r
$$;
CREATE OR REPLACE FUNCTION hx_append_all(p_orders jsonb)
RETURNS TABLE (ordinal bigint, status text, first_position bigint, at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT value AS v, n FROM jsonb_array_elements(p_orders) WITH ORDINALITY AS e(value, n) LOOP
        SELECT r.status, r.first_position, r.at INTO status, first_position, at
        FROM hx_record(o.v->>'stream', (o.v->>'expected')::integer, o.v->>'prev_hash', o.v->>'command',
                       o.v->'events',
                       coalesce(o.v->>'list', CASE WHEN o.v ? 'sitting' THEN 'sittings' ELSE 'cases' END),
                       coalesce(o.v->'row', o.v->'sitting', o.v->'case')) AS r;
        ordinal := o.n;
        RETURN NEXT;
    END LOOP;
END $$;
"""

POLICIES = """
ALTER TABLE policy_versions DROP CONSTRAINT policy_versions_kind_check;
ALTER TABLE policy_versions ADD CONSTRAINT policy_versions_kind_check
    CHECK (kind IN ('ladder', 'organisation', 'calendar', 'playbook'));
"""

NOTICES = """
ALTER TABLE notices ALTER COLUMN sitting DROP NOT NULL;
ALTER TABLE notices ADD COLUMN emergency text COLLATE "C";
ALTER TABLE notices ADD CHECK ((sitting IS NULL) <> (emergency IS NULL));
ALTER TABLE notices DROP CONSTRAINT notices_kind_check;
ALTER TABLE notices ADD CONSTRAINT notices_kind_check CHECK (kind IN (
    'agenda', 'rescheduled', 'cancelled', 'minutes', 'convened',
    'tasks', 'transferred', 'reminder', 'late', 'escalated', 'alarm', 'stood_down', 'watch_ended'));
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON responses TO hongxiu_app;
"""


def upgrade() -> None:
    """Add what joint responses need. The driver's own connection: the SQL holds colons and per cent signs."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (RESPONSES, PUT_RESPONSE, RECORD, APPEND, POLICIES, NOTICES, GRANTS):
        connection.execute(part)
