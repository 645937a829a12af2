"""What the database does by itself: it records, draws numbers, and chains the access log."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The last lock, 7357, is the one that orders commits by position: whoever holds it sees every smaller
# position committed. max(position) + 1 rather than a sequence, because a sequence leaves holes after a crash
# or a lost race, and a log without holes shows at once that nothing was taken out of it.
# The list's row is put by hx_put, which store/projecting.py writes from what is declared.
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
        PERFORM hx_put(p_list, p_row);
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
RECORD_ALL = """
CREATE FUNCTION hx_record_all(p_orders jsonb)
RETURNS TABLE (ordinal bigint, status text, first_position bigint, at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    o record;
BEGIN
    FOR o IN SELECT value AS v, n FROM jsonb_array_elements(p_orders) WITH ORDINALITY AS e(value, n) LOOP
        SELECT r.status, r.first_position, r.at INTO status, first_position, at
        FROM hx_record(o.v->>'stream', (o.v->>'expected')::integer, o.v->>'prev_hash', o.v->>'command',
                       o.v->'events', o.v->>'list', o.v->'row') AS r;
        ordinal := o.n;
        RETURN NEXT;
    END LOOP;
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

# Position, time and hashes are the trigger's, whatever is inserted. Lock 7358 orders the chain's commits.
CHAIN = """
CREATE FUNCTION hx_access_hash(entry access_log) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(entry.prev_hash || (jsonb_build_array(
        entry.position, extract(epoch FROM entry.at), entry.account, entry.role, entry.unit, entry.what,
        entry.subject, entry.route, entry.outcome, entry.address)
        || CASE WHEN entry.detail IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(entry.detail) END)::text,
        'UTF8')), 'hex')
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
"""


def upgrade() -> None:
    """Create the functions. The driver's own connection, as in 0001."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (RECORD, RECORD_ALL, CLAIM, CHAIN):
        connection.execute(part)
