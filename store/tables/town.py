"""What the town goes by and gives out: policies, papers, notices, numbers, and a rehearsal's clock."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Interval,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from store.tables.base import METADATA, Id, Instant, Texts, key, one_of

CLAIMS = Table(
    "claims",
    METADATA,
    key("key"),
    Column("fingerprint", Text, nullable=False),
    Column("subject", Text),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
)

CASE_NUMBERS = Table("case_numbers", METADATA, key("prefix"), Column("last", BigInteger, nullable=False))

POLICY_ENACTMENTS = Table(
    "policy_enactments",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("enforced_at", Instant),
    comment="What came into force together; enforced_at: since when all is in line with it.",
)

POLICY_VERSIONS = Table(
    "policy_versions",
    METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("loaded_at", Instant, nullable=False, server_default=func.now()),
    Column("enactment", BigInteger, ForeignKey("policy_enactments.id"), nullable=False, index=True),
    one_of("kind", "ladder", "organisation", "calendar", "playbook"),
    UniqueConstraint("kind", "name", "version"),
)

DOCUMENTS = Table(
    "documents",
    METADATA,
    key(),
    Column("sitting", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("digest", Text, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    one_of("kind", "agenda", "minutes"),
    one_of("status", "draft", "frozen"),
    comment="Agendas and minutes as they were written; never changed. Events carry the digest.",
)
Index(None, DOCUMENTS.c.sitting, DOCUMENTS.c.kind, DOCUMENTS.c.version)

NOTICES = Table(
    "notices",
    METADATA,
    key(),
    Column("event", Text, nullable=False),
    Column("sitting", Id),
    Column("emergency", Id),
    Column("case_number", Id),
    Column("unit", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("delivered", Texts, nullable=False, server_default=text("'{}'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("failure", Text),
    Column("sent_at", Instant),
    Column("read_at", Instant),
    CheckConstraint("num_nonnulls(sitting, emergency, case_number) = 1", name="about"),
    one_of(
        "kind",
        *("agenda", "rescheduled", "cancelled", "minutes", "convened", "tasks", "transferred"),
        *("reminder", "late", "escalated", "alarm", "stood_down", "watch_ended"),
        *("answer_missed", "acceptance_missed"),
    ),
    one_of("channel", "inbox", "outside"),
    one_of("status", "inbox", "pending", "sent", "failed"),
    comment="What was told to whom, once an event and unit. delivered: names of settings, no address.",
)
Index(None, NOTICES.c.unit, NOTICES.c.made_at.desc(), NOTICES.c.id.desc())
Index(None, NOTICES.c.made_at.desc(), NOTICES.c.id.desc())

REHEARSAL_CLOCK = Table(
    "rehearsal_clock",
    METADATA,
    Column("one", Boolean, primary_key=True, server_default=true()),
    Column("ahead", Interval, nullable=False),
    CheckConstraint("one", name="one"),
    comment="How far a rehearsal's one clock runs ahead of real time. In earnest: empty.",
)
