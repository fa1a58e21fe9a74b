-- Shangke's book (I1). Read it top to bottom: people, classrooms, streams, activities, answers, files.
-- Ids are 16 random characters made by the server; times are the database's or the road's, never a client's (I10).

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE DOMAIN id AS text COLLATE "C" CHECK (VALUE ~ '^[0-9A-Za-z]{16}$');

-- One row: which migration the database is at. The server refuses a database whose oldest is newer than it knows;
-- a `pre` migration leaves oldest as it is, since the previous code goes on working.
CREATE TABLE schema_version (
    version    integer     NOT NULL,
    oldest     integer     NOT NULL CHECK (oldest <= version),
    changed_at timestamptz NOT NULL DEFAULT now(),
    is_only    boolean     PRIMARY KEY DEFAULT true CHECK (is_only)
);

------------------------------------------------------------------- streams

-- Anything with an ordered durable diary. Its id is the id of what it belongs to.
-- head is bumped in the transaction that writes the events, so seq is gapless and in commit order (I2).
CREATE TABLE stream (
    id   id     PRIMARY KEY,
    kind text   NOT NULL CHECK (kind IN ('account', 'classroom')),
    head bigint NOT NULL DEFAULT 0 CHECK (head >= 0)
);

-- The diary. body holds everything that happened; what each audience may see of it is decided when it is sent (I9).
CREATE TABLE event (
    stream_id id          NOT NULL REFERENCES stream,
    seq       bigint      NOT NULL CHECK (seq > 0),
    at        timestamptz NOT NULL,
    name      text        NOT NULL,
    actor_id  id,                     -- null: the system (a deadline, a sweep)
    body      jsonb       NOT NULL,
    PRIMARY KEY (stream_id, seq)      -- resumes and gap repair read ranges of it
);

------------------------------------------------------------------- people

-- A person's account. Closing is not deleting (R36).
CREATE TABLE account (
    id            id          PRIMARY KEY REFERENCES stream,
    name          text        NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    password_hash text,                -- null: logs in by code only
    state         text        NOT NULL DEFAULT 'active'
                  CHECK (state IN ('active',   -- -> closed
                                   'closed')), -- -> active (restored by support)
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- One way to log in; globally unique (R10). subject of a phone is its E.164 form.
CREATE TABLE identity (
    provider   text        NOT NULL CHECK (provider IN ('phone', 'email', 'wechat', 'qq', 'weibo')),
    subject    text        NOT NULL,
    account_id id          NOT NULL REFERENCES account,
    bound_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identity_taken PRIMARY KEY (provider, subject)
);
CREATE INDEX identity_of_account ON identity (account_id); -- "my login methods"

-- A logged-in client. The token itself is never stored, only its SHA-256.
CREATE TABLE device (
    id             id          PRIMARY KEY,
    account_id     id          NOT NULL REFERENCES account,
    token_hash     bytea       NOT NULL,
    client_kind    text        NOT NULL CHECK (client_kind IN ('app', 'web', 'mini_program', 'official_account')),
    client_version text        NOT NULL DEFAULT '',
    label          text        NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    seen_at        timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    CONSTRAINT device_token UNIQUE (token_hash) -- every request and hello
);
CREATE INDEX device_of_account ON device (account_id, created_at); -- devices list, the oldest makes room

-- One-time codes sent by SMS. The newest code of a number and purpose is the only live one.
CREATE TABLE one_time_code (
    provider   text        NOT NULL CHECK (provider IN ('phone', 'email')),
    subject    text        NOT NULL,
    purpose    text        NOT NULL CHECK (purpose IN ('register', 'login', 'reset')),
    code_hash  bytea       NOT NULL,
    sent_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    n_tries    integer     NOT NULL DEFAULT 0,
    PRIMARY KEY (provider, subject, purpose)
);

-- Every code sent, for the limits per number over all purposes (1/min, 5/h, 10/day). Swept after a day.
CREATE TABLE code_sent (
    provider text        NOT NULL,
    subject  text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX code_sent_recently ON code_sent (provider, subject, at);

------------------------------------------------------------------- classrooms

-- A teacher's class. Its id is its stream.
CREATE TABLE classroom (
    id           id          PRIMARY KEY REFERENCES stream,
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    code         text        NOT NULL CHECK (code ~ '^[A-HJ-NP-Z2-9]{6}$'), -- D12
    is_code_open boolean     NOT NULL DEFAULT true,
    n_members    integer     NOT NULL DEFAULT 0, -- students joined now
    n_sessions   integer     NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT classroom_code UNIQUE (code)
);

-- An account in a classroom, with its role and the name it goes by there.
CREATE TABLE membership (
    classroom_id id          NOT NULL REFERENCES classroom,
    account_id   id          NOT NULL REFERENCES account,
    role         text        NOT NULL CHECK (role IN ('teacher', 'assistant', 'student')),
    name         text        NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    state        text        NOT NULL DEFAULT 'joined'
                 CHECK (state IN ('joined',  -- -> left | kicked
                                  'left',    -- -> joined
                                  'kicked')),-- -> joined (by the code again, unless reset)
    joined_at    timestamptz NOT NULL,
    PRIMARY KEY (classroom_id, account_id)
);
CREATE INDEX membership_of_account ON membership (account_id) WHERE state = 'joined'; -- account snapshot, resume

-- One lesson, from 上课 to 下课.
CREATE TABLE session (
    id           id          PRIMARY KEY,
    classroom_id id          NOT NULL REFERENCES classroom,
    number       integer     NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz, -- null: in session
    CONSTRAINT session_number UNIQUE (classroom_id, number) -- 课堂记录 newest first
);
CREATE UNIQUE INDEX session_open ON session (classroom_id) WHERE ended_at IS NULL; -- one open session (R69)

------------------------------------------------------------------- activities

-- A teaching activity of any kind. config and state are owned by the kind and carry its version in "v".
CREATE TABLE activity (
    id           id          PRIMARY KEY,
    classroom_id id          NOT NULL REFERENCES classroom,
    session_id   id          REFERENCES session,          -- null while a draft
    kind         text        NOT NULL,
    title        text        NOT NULL CHECK (length(title) <= 120),
    config       jsonb       NOT NULL,
    state        jsonb       NOT NULL DEFAULT '{}',
    phase        text        NOT NULL
                 CHECK (phase IN ('draft',      -- -> published, or the row is deleted
                                  'published',  -- -> closed | sent
                                  'closed',     -- end
                                  'sent')),     -- end (a lesson plan that outlives its session, R85)
    updated_at   timestamptz NOT NULL,
    published_at timestamptz,
    deadline_at  timestamptz,                             -- only a timed exercise has one (R78)
    closed_at    timestamptz,
    n_posts      integer     NOT NULL DEFAULT 0,
    tally        jsonb,                                   -- the final one, from the close on (staff's view)
    CHECK ((phase = 'draft') = (published_at IS NULL)),
    CHECK ((phase = 'draft') = (session_id IS NULL)),
    CHECK ((phase = 'closed') = (closed_at IS NOT NULL)),
    CHECK (deadline_at IS NULL OR kind = 'exercise')
);
CREATE INDEX activity_of_session ON activity (session_id, published_at) WHERE session_id IS NOT NULL; -- snapshot, record
CREATE INDEX activity_draft ON activity (classroom_id, updated_at) WHERE phase = 'draft';            -- staff snapshot
CREATE INDEX activity_due ON activity (deadline_at) WHERE phase = 'published';                       -- the sweep

-- One student's answer. Rows, not events (I6). rev grows with each change, so that gauges order themselves.
-- For an anonymous survey value stays null here: who took part, never what they said.
-- No foreign keys: the writer holds the activity and has read the membership, and neither activities with answers nor
-- accounts are ever deleted. The checks would take a third of the cost of a rush, and lock every student's account.
CREATE TABLE response (
    activity_id  id          NOT NULL,
    account_id   id          NOT NULL,
    phase        text        NOT NULL
                 CHECK (phase IN ('none',        -- -> saved | submitted (the row was made by a correction)
                                  'saved',       -- -> submitted (by the student, or by the server at zero)
                                  'submitted')), -- end
    value        jsonb,
    saved_at     timestamptz NOT NULL,               -- when value was last kept; the correction's time while 'none'
    submitted_at timestamptz,
    is_auto      boolean     NOT NULL DEFAULT false, -- submitted by the server at zero (D7)
    correction   jsonb,                              -- by a teacher: status, points
    rev          bigint      NOT NULL DEFAULT 1,
    command_id   text,                               -- of the submit, so that a resend is answered the same (I5)
    body_hash    bytea,                              -- of the submit; null if anonymous: it would give the answer away
    CONSTRAINT response_once PRIMARY KEY (activity_id, account_id),
    CHECK ((phase = 'submitted') = (submitted_at IS NOT NULL))
);

-- What was said in an anonymous survey. No account, no time, no order: nothing leads from an answer to a person.
CREATE TABLE anonymous_answer (
    id          uuid  PRIMARY KEY, -- random
    activity_id id    NOT NULL REFERENCES activity,
    value       jsonb NOT NULL
);
CREATE INDEX anonymous_answer_of_activity ON anonymous_answer (activity_id);

-- One contribution to a discussion, numbered within its activity.
CREATE TABLE post (
    id          id          PRIMARY KEY,
    activity_id id          NOT NULL REFERENCES activity,
    number      integer     NOT NULL,
    author_id   id          NOT NULL REFERENCES account,
    author_name text        NOT NULL,
    is_staff    boolean     NOT NULL,
    at          timestamptz NOT NULL,
    text        text,        -- null once removed
    reply_to    id          REFERENCES post,
    removed_by  text        CHECK (removed_by IN ('author', 'staff')),
    seq         bigint      NOT NULL, -- of its event, whose text goes with this one's (I9)
    CONSTRAINT post_number UNIQUE (activity_id, number), -- the last hundred; paging back
    CHECK ((text IS NULL) = (removed_by IS NOT NULL))
);

------------------------------------------------------------------- commands

-- What each command was answered, so that a resend gets the same answer and no second effect (I5). Swept after 8 days.
CREATE TABLE command (
    account_id id          NOT NULL,
    command_id text        NOT NULL,
    op         text        NOT NULL,
    stream_id  id          NOT NULL,
    body_hash  bytea       NOT NULL, -- the same id with another body is a conflict
    result     jsonb,
    seq        bigint,
    at         timestamptz NOT NULL,
    CONSTRAINT command_once PRIMARY KEY (account_id, command_id)
);
CREATE INDEX command_old ON command (at); -- the sweep

------------------------------------------------------------------- files

-- A stored file: an announcement's image, a lesson plan's PDF. Readable by the members of its classroom.
CREATE TABLE file (
    id           id          PRIMARY KEY,
    classroom_id id          NOT NULL REFERENCES classroom,
    account_id   id          NOT NULL REFERENCES account, -- who uploaded it
    name         text        NOT NULL,
    content_type text        NOT NULL,                    -- found from the content, never the client's word
    size_bytes   bigint      NOT NULL CHECK (size_bytes >= 0),
    sha256       bytea       NOT NULL,
    state        text        NOT NULL DEFAULT 'active'
                 CHECK (state IN ('uploading', -- -> active | deleted (swept)
                                  'active',    -- -> deleted
                                  'deleted')), -- end
    created_at   timestamptz NOT NULL
);
CREATE INDEX file_of_classroom ON file (classroom_id, created_at);

INSERT INTO schema_version (version, oldest) VALUES (1, 1);
