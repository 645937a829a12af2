"""A rehearsal's one clock."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CLOCK = """
CREATE TABLE rehearsal_clock (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    ahead interval NOT NULL
);
COMMENT ON TABLE rehearsal_clock IS 'How far a rehearsal''s one clock runs ahead of real time. In earnest: empty.';
GRANT SELECT, INSERT, UPDATE ON rehearsal_clock TO hongxiu_app;
"""


def upgrade() -> None:
    """Add the clock. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(CLOCK)
