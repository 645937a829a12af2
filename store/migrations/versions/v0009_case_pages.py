"""What the pages of cases need: since when a case is at its tier, the list's orders, views that accounts keep."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# NULL only where a process from before this was kept has written the row: then what the row has stays.
TIER_SINCE = """
ALTER TABLE cases ADD COLUMN tier_since timestamptz;

CREATE OR REPLACE FUNCTION hx_put_case(p_case jsonb) RETURNS void LANGUAGE plpgsql AS $$
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
        duplicate_of = excluded.duplicate_of, resident = excluded.resident,
        tier_since = coalesce(excluded.tier_since, CASE WHEN cases.tier = excluded.tier THEN cases.tier_since END,
                              excluded.updated_at)
    WHERE cases.version < excluded.version;
END $$;

WITH placed AS (
    SELECT stream, version, occurred_at, type, data #>> '{place,tier}' AS tier,
           lag(data #>> '{place,tier}') OVER (PARTITION BY stream ORDER BY version) AS before
    FROM events WHERE data #>> '{place,tier}' IS NOT NULL
), came AS (
    SELECT DISTINCT ON (stream) stream, occurred_at FROM placed
    WHERE tier IS DISTINCT FROM before OR type IN ('case_rerouted', 'case_reopened')
    ORDER BY stream, version DESC
)
UPDATE cases SET tier_since = came.occurred_at FROM came WHERE came.stream = cases.number;
"""

# The list's orders and the board's columns, of open cases. The first replaces that of 0005: late ones come first.
ORDERS = """
DROP INDEX cases_until_number_idx;
CREATE INDEX ON cases ((NOT overdue), until, number) WHERE closed_at IS NULL;
CREATE INDEX ON cases (stage, (NOT overdue), until, number) WHERE closed_at IS NULL;
CREATE INDEX ON cases (tier_since, number) WHERE closed_at IS NULL;
CREATE INDEX ON cases (duplicate_of) WHERE duplicate_of IS NOT NULL;
"""

VIEWS = """
CREATE TABLE case_views (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    query      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, name)
);
COMMENT ON TABLE case_views IS 'Filters of the case list that an account has kept, as the address has them.';
GRANT SELECT, INSERT, UPDATE, DELETE ON case_views TO hongxiu_app;
"""


def upgrade() -> None:
    """Add what the pages of cases need. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (TIER_SINCE, ORDERS, VIEWS):
        connection.execute(part)
