"""Photographs of cases, sealed."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

# Ciphertext cannot be compressed: EXTERNAL keeps PostgreSQL from trying.
PHOTOS = """
CREATE TABLE photos (
    id         text COLLATE "C" PRIMARY KEY,
    number     text COLLATE "C" NOT NULL,
    resident   text COLLATE "C" NOT NULL REFERENCES residents (id),
    origin     text COLLATE "C" NOT NULL,
    picture    bytea       NOT NULL,
    thumbnail  bytea       NOT NULL,
    digest     text        NOT NULL,
    width      integer     NOT NULL CHECK (width > 0),
    height     integer     NOT NULL CHECK (height > 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (number, origin)
);
CREATE INDEX ON photos (resident);
ALTER TABLE photos ALTER COLUMN picture SET STORAGE EXTERNAL, ALTER COLUMN thumbnail SET STORAGE EXTERNAL;
COMMENT ON TABLE photos IS 'JPEG without metadata, sealed with the resident''s key. Only ever added to.';
COMMENT ON COLUMN photos.digest IS 'SHA-256 of picture; the event photos_added names it.';
COMMENT ON COLUMN photos.origin IS 'HMAC of the file as it came, by the resident''s key: the same file is one photo.';
GRANT SELECT, INSERT ON photos TO hongxiu_app;
"""


def upgrade() -> None:
    """Add the photographs. The driver's own connection, as in 0002."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(PHOTOS)
