"""Residents and what is sealed for them; who may sign in, who is signed in, who saw and did what."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import METADATA, Id, Instant, Texts, key, one_of

RESIDENTS = Table(
    "residents",
    METADATA,
    key(),
    Column("key", LargeBinary, comment="The resident's key, wrapped by the master key; NULL once erased."),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("erased_at", Instant),
    CheckConstraint("(key IS NULL) = (erased_at IS NOT NULL)", name="key"),
)

SEALED = Table(
    "sealed",
    METADATA,
    key(),
    Column("resident", Id, ForeignKey("residents.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("subject", Id, index=True),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

PHOTOS = Table(
    "photos",
    METADATA,
    key(),
    Column("number", Id, nullable=False),
    Column("resident", Id, ForeignKey("residents.id"), nullable=False, index=True),
    Column(
        "origin",
        Id,
        nullable=False,
        comment="HMAC of the file as it came, by the resident's key: the same file is one photo.",
    ),
    Column("picture", LargeBinary, nullable=False),
    Column("thumbnail", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of picture; the event photos_added names it."),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    UniqueConstraint("number", "origin"),
    CheckConstraint("width > 0", name="width"),
    CheckConstraint("height > 0", name="height"),
    comment="JPEG without metadata, sealed with the resident's key. Only ever added to.",
)

CASE_TITLES = Table(
    "case_titles",
    METADATA,
    key("number"),
    Column("resident", Text, index=True),
    Column("title", Text, nullable=False),
    Column("grams", Texts, nullable=False),
    comment="Clear text for lists and search; goes when the resident is erased.",
)
Index(None, CASE_TITLES.c.grams, postgresql_using="gin")

ACCOUNTS = Table(
    "accounts",
    METADATA,
    key(),
    Column("password_hash", Text, nullable=False),
    Column("posts", JSONB, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("tokens_since", Instant, comment="Tokens from before are good no longer."),
    Column("change_by", Instant, comment="The password is a one-time one: good until then, and to be changed first."),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "digest",
        Id,
        nullable=False,
        unique=True,
        comment="SHA-256 of the cookie; the cookie itself is kept nowhere.",
    ),
    Column("account", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("unit", Text),
    Column("how", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("seen_at", Instant, nullable=False, server_default=func.now()),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    one_of("how", "password", "oidc"),
)

SIGN_IN_FAILURES = Table(
    "sign_in_failures",
    METADATA,
    Column("name", Id, primary_key=True, comment="A digest of the name that was tried; there may be no such account."),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("locked_until", Instant),
)

CASE_VIEWS = Table(
    "case_views",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    UniqueConstraint("account", "name"),
    comment="Filters of the case list that an account has kept, as the address has them.",
)

ACCESS_LOG = Table(
    "access_log",
    METADATA,
    # The database's own trigger gives it, with the instant and the hashes.
    Column("position", BigInteger, FetchedValue(), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False, index=True),
    Column("account", Id),
    Column("role", Text),
    Column("unit", Text),
    Column("what", Text, nullable=False),
    Column("subject", Id),
    Column("route", Text),
    Column("outcome", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("detail", Text, comment="What was changed, in short."),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    one_of("outcome", "done", "denied"),
    comment="Who saw and did what, beside the events. Only ever added to; a chain of hashes.",
)
Index(None, ACCESS_LOG.c.account, ACCESS_LOG.c.position)
Index(None, ACCESS_LOG.c.subject, ACCESS_LOG.c.position, postgresql_where=ACCESS_LOG.c.subject.is_not(None))
