"""Administration: one-time passwords, what was changed in the access log, policies that come into force together."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACCOUNTS = """
ALTER TABLE accounts ADD COLUMN change_by timestamptz;
COMMENT ON COLUMN accounts.change_by IS 'The password is a one-time one: good until then, and to be changed first.';
"""

# A row without a detail has the hash that it has always had.
ACCESS_LOG = """
ALTER TABLE access_log ADD COLUMN detail text;
COMMENT ON COLUMN access_log.detail IS 'What was changed, in short.';

CREATE OR REPLACE FUNCTION hx_access_hash(entry access_log) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT encode(sha256(convert_to(entry.prev_hash || (jsonb_build_array(
        entry.position, extract(epoch FROM entry.at), entry.account, entry.role, entry.unit, entry.what,
        entry.subject, entry.route, entry.outcome, entry.address)
        || CASE WHEN entry.detail IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(entry.detail) END)::text,
        'UTF8')), 'hex')
$$;
"""

POLICIES = """
CREATE TABLE policy_enactments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enforced_at timestamptz
);
COMMENT ON TABLE policy_enactments IS 'What came into force together; enforced_at: since when all is in line with it.';
ALTER TABLE policy_versions ADD COLUMN enactment bigint NOT NULL REFERENCES policy_enactments;
CREATE INDEX ON policy_versions (enactment);
GRANT SELECT, INSERT, UPDATE (enforced_at) ON policy_enactments TO hongxiu_app;
"""


def upgrade() -> None:
    """Add what administration needs. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (ACCOUNTS, ACCESS_LOG, POLICIES):
        connection.execute(part)
