"""Every table, with what the application's role may do to it. The same is declared in `store/tables/`."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LOG = """
CREATE TABLE events (
    position       bigint      PRIMARY KEY,
    stream         text COLLATE "C" NOT NULL,
    version        integer     NOT NULL CHECK (version > 0),
    type           text        NOT NULL,
    schema_version integer     NOT NULL,
    data           jsonb       NOT NULL,
    actor          jsonb       NOT NULL,
    command_id     text COLLATE "C" NOT NULL,
    step           integer     NOT NULL,
    caused_by      text,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    prev_hash      text        NOT NULL,
    hash           text        NOT NULL,
    UNIQUE (stream, version),
    UNIQUE (command_id, step)
);
CREATE INDEX events_streams ON events (stream) WHERE version = 1;
-- The sitting's own events carry all of its dates under the same name: only a case's events are looked up so.
CREATE INDEX events_at_sitting ON events ((data #>> '{detail,sitting}'))
    WHERE jsonb_typeof(data #> '{detail,sitting}') = 'string';
COMMENT ON TABLE events IS 'The record. Rows are only ever added, by hx_record.';
"""

# Indexes of lists are named by PostgreSQL itself, so that a rebuilt copy (LIKE ... INCLUDING ALL) has the same names.
LISTS = """
CREATE TABLE cases (
    number       text COLLATE "C" PRIMARY KEY,
    version      integer     NOT NULL,
    tier         text        NOT NULL,
    stage        text        NOT NULL,
    estate       text        NOT NULL,
    community    text,
    units        text[]      NOT NULL,
    category     text        NOT NULL,
    severity     text,
    channel      text,
    opened_at    timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    closed_at    timestamptz,
    closed_as    text,
    wait         jsonb,
    until        timestamptz,
    overdue      boolean     NOT NULL,
    supervised   boolean     NOT NULL,
    emergency_id text,
    carried_over integer     NOT NULL,
    lead         text,
    co_handlers  text[]      NOT NULL,
    duplicate_of text,
    resident     text,
    tier_since   timestamptz,
    next_until   timestamptz,
    answer_due   timestamptz,
    answer_missed boolean    NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX ON cases (opened_at DESC, number DESC);
CREATE INDEX ON cases (opened_at DESC, number DESC) WHERE closed_at IS NULL;
CREATE INDEX ON cases USING gin (units);
CREATE INDEX ON cases USING gin (co_handlers);
CREATE INDEX ON cases (lead) WHERE lead IS NOT NULL;
CREATE INDEX ON cases (emergency_id) WHERE emergency_id IS NOT NULL;
CREATE INDEX ON cases (resident);
CREATE INDEX ON cases (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE INDEX ON cases ((wait ->> 'sitting_id')) WHERE closed_at IS NULL;
-- The list's orders and the board's columns, of open cases.
CREATE INDEX ON cases ((NOT overdue), until, number) WHERE closed_at IS NULL;
CREATE INDEX ON cases (stage, (NOT overdue), until, number) WHERE closed_at IS NULL;
CREATE INDEX ON cases (tier_since, number) WHERE closed_at IS NULL;
COMMENT ON TABLE cases IS 'A projection of events, written with them; hongxiu rebuild makes it anew.';

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
    mode        text,
    present     text[]      NOT NULL,
    absent      text[]      NOT NULL,
    updated_at  timestamptz NOT NULL,
    until       timestamptz
) WITH (fillfactor = 80);
CREATE INDEX ON sittings (forum, starts_at);
CREATE INDEX ON sittings (starts_at);
CREATE INDEX ON sittings (sequence) WHERE sequence > 0;
COMMENT ON TABLE sittings IS 'A projection of events, written with them; hongxiu rebuild makes it anew.';

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

# Ciphertext cannot be compressed: EXTERNAL keeps PostgreSQL from trying.
RESIDENTS = """
CREATE TABLE residents (
    id         text COLLATE "C" PRIMARY KEY,
    key        bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,
    CONSTRAINT residents_key_check CHECK ((key IS NULL) = (erased_at IS NOT NULL))
);
COMMENT ON COLUMN residents.key IS 'The resident''s key, wrapped by the master key; NULL once erased.';

CREATE TABLE sealed (
    id         text COLLATE "C" PRIMARY KEY,
    resident   text COLLATE "C" NOT NULL REFERENCES residents (id),
    kind       text        NOT NULL,
    subject    text COLLATE "C",
    ciphertext bytea       NOT NULL,
    digest     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON sealed (resident);
CREATE INDEX ON sealed (subject);

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

CREATE TABLE case_titles (
    number   text COLLATE "C" PRIMARY KEY,
    resident text,
    title    text   NOT NULL,
    grams    text[] NOT NULL
);
CREATE INDEX ON case_titles (resident);
CREATE INDEX ON case_titles USING gin (grams);
COMMENT ON TABLE case_titles IS 'Clear text for lists and search; goes when the resident is erased.';
"""

ACCOUNTS = """
CREATE TABLE accounts (
    id            text COLLATE "C" PRIMARY KEY,
    password_hash text    NOT NULL,
    posts         jsonb   NOT NULL,
    disabled      boolean NOT NULL DEFAULT false,
    tokens_since  timestamptz,
    change_by     timestamptz
);
COMMENT ON COLUMN accounts.tokens_since IS 'Tokens from before are good no longer.';
COMMENT ON COLUMN accounts.change_by IS 'The password is a one-time one: good until then, and to be changed first.';

CREATE TABLE sessions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest     text COLLATE "C" NOT NULL UNIQUE,
    account    text COLLATE "C" NOT NULL REFERENCES accounts (id),
    role       text        NOT NULL,
    unit       text,
    how        text        NOT NULL CHECK (how IN ('password', 'oidc')),
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    agent      text        NOT NULL,
    address    text        NOT NULL
);
CREATE INDEX ON sessions (account);
CREATE INDEX ON sessions (expires_at);
COMMENT ON COLUMN sessions.digest IS 'SHA-256 of the cookie; the cookie itself is kept nowhere.';

CREATE TABLE sign_in_failures (
    name         text COLLATE "C" PRIMARY KEY,
    failures     integer     NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX ON sign_in_failures (last_at);
COMMENT ON COLUMN sign_in_failures.name IS 'A digest of the name that was tried; there may be no such account.';

CREATE TABLE case_views (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    name       text        NOT NULL,
    query      text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, name)
);
COMMENT ON TABLE case_views IS 'Filters of the case list that an account has kept, as the address has them.';

CREATE TABLE access_log (
    position  bigint PRIMARY KEY,
    at        timestamptz NOT NULL,
    account   text COLLATE "C",
    role      text,
    unit      text,
    what      text NOT NULL,
    subject   text COLLATE "C",
    route     text,
    outcome   text NOT NULL CHECK (outcome IN ('done', 'denied')),
    address   text NOT NULL,
    detail    text,
    prev_hash text NOT NULL,
    hash      text NOT NULL
);
CREATE INDEX ON access_log (account, position);
CREATE INDEX ON access_log (subject, position) WHERE subject IS NOT NULL;
CREATE INDEX ON access_log (at);
COMMENT ON TABLE access_log IS 'Who saw and did what, beside the events. Only ever added to; a chain of hashes.';
COMMENT ON COLUMN access_log.detail IS 'What was changed, in short.';
"""

TOWN = """
CREATE TABLE claims (
    key         text COLLATE "C" PRIMARY KEY,
    fingerprint text        NOT NULL,
    subject     text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE case_numbers (
    prefix text COLLATE "C" PRIMARY KEY,
    last   bigint NOT NULL
);

CREATE TABLE policy_enactments (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enforced_at timestamptz
);
COMMENT ON TABLE policy_enactments IS 'What came into force together; enforced_at: since when all is in line with it.';

CREATE TABLE policy_versions (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text        NOT NULL CHECK (kind IN ('ladder', 'organisation', 'calendar', 'playbook')),
    name      text        NOT NULL,
    version   text        NOT NULL,
    sha256    text        NOT NULL,
    content   text        NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT now(),
    enactment bigint      NOT NULL REFERENCES policy_enactments,
    UNIQUE (kind, name, version)
);
CREATE INDEX ON policy_versions (enactment);

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

CREATE TABLE notices (
    id        text COLLATE "C" PRIMARY KEY,
    event     text        NOT NULL,
    sitting   text COLLATE "C",
    emergency text COLLATE "C",
    case_number text COLLATE "C",
    unit      text COLLATE "C" NOT NULL,
    kind      text        NOT NULL CHECK (kind IN (
        'agenda', 'rescheduled', 'cancelled', 'minutes', 'convened', 'tasks', 'transferred',
        'reminder', 'late', 'escalated', 'alarm', 'stood_down', 'watch_ended',
        'answer_missed', 'acceptance_missed')),
    subject   text        NOT NULL,
    body      text        NOT NULL,
    made_at   timestamptz NOT NULL,
    channel   text        NOT NULL CHECK (channel IN ('inbox', 'outside')),
    status    text        NOT NULL CHECK (status IN ('inbox', 'pending', 'sent', 'failed')),
    delivered text[]      NOT NULL DEFAULT '{}',
    attempts  integer     NOT NULL DEFAULT 0,
    failure   text,
    sent_at   timestamptz,
    read_at   timestamptz,
    CONSTRAINT notices_about_check CHECK (num_nonnulls(sitting, emergency, case_number) = 1)
);
CREATE INDEX ON notices (unit, made_at DESC, id DESC);
CREATE INDEX ON notices (made_at DESC, id DESC);
COMMENT ON TABLE notices IS 'What was told to whom, once an event and unit. delivered: names of settings, no address.';

CREATE TABLE rehearsal_clock (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    ahead interval NOT NULL
);
COMMENT ON TABLE rehearsal_clock IS 'How far a rehearsal''s one clock runs ahead of real time. In earnest: empty.';
"""

GRANTS = """
GRANT USAGE ON SCHEMA public TO hongxiu_app;
GRANT SELECT ON alembic_version TO hongxiu_app;
GRANT SELECT, INSERT ON events, sealed, photos, documents, policy_versions, access_log TO hongxiu_app;
GRANT SELECT, INSERT, UPDATE (enforced_at) ON policy_enactments TO hongxiu_app;
GRANT SELECT, INSERT, UPDATE ON cases, sittings, responses, residents, claims, case_numbers, accounts, notices,
    rehearsal_clock TO hongxiu_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_titles, sessions, sign_in_failures, case_views TO hongxiu_app;
"""


def upgrade() -> None:
    """Create everything. The driver's own connection: the SQL holds colons and per cent signs."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for part in (LOG, LISTS, RESIDENTS, ACCOUNTS, TOWN, GRANTS):
        connection.execute(part)
