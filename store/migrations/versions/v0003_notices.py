"""Notices of sittings, in the inbox and on their way."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NOTICES = """
CREATE TABLE notices (
    id        text COLLATE "C" PRIMARY KEY,
    event     text        NOT NULL,
    sitting   text COLLATE "C" NOT NULL,
    unit      text COLLATE "C" NOT NULL,
    kind      text        NOT NULL CHECK (kind IN ('agenda', 'rescheduled', 'cancelled', 'minutes')),
    subject   text        NOT NULL,
    body      text        NOT NULL,
    made_at   timestamptz NOT NULL,
    channel   text        NOT NULL CHECK (channel IN ('inbox', 'outside')),
    status    text        NOT NULL CHECK (status IN ('inbox', 'pending', 'sent', 'failed')),
    delivered text[]      NOT NULL DEFAULT '{}',
    attempts  integer     NOT NULL DEFAULT 0,
    failure   text,
    sent_at   timestamptz,
    read_at   timestamptz
);
CREATE INDEX ON notices (unit, made_at DESC, id DESC);
CREATE INDEX ON notices (made_at DESC, id DESC);
COMMENT ON TABLE notices IS 'What was told to whom, once an event and unit. delivered: names of settings, no address.';
GRANT SELECT, INSERT, UPDATE ON notices TO hongxiu_app;
"""


def upgrade() -> None:
    """Add the notices. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(NOTICES)
