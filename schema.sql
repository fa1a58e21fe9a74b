-- Shangke's book (I1). Read it top to bottom: streams, people, classrooms, activities, answers, files,
-- schools, courses, study, the message centre.
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
    id          id     PRIMARY KEY,
    kind        text   NOT NULL CHECK (kind IN ('account', 'classroom')),
    head        bigint NOT NULL DEFAULT 0 CHECK (head >= 0),
    posts_after bigint NOT NULL DEFAULT 0, -- the events after it, up to posts_until, are posts in discussions
    posts_until bigint NOT NULL DEFAULT 0  -- less than head: something else came since
);

-- After which event a stream has nothing but posts: what was judged by it, or by anything later, still holds.
CREATE FUNCTION only_posts_after(stream) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN $1.posts_until = $1.head THEN $1.posts_after ELSE $1.head END;

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
    created_at    timestamptz NOT NULL DEFAULT now(),
    closed_at     timestamptz
);
CREATE INDEX account_closed ON account (closed_at DESC, id) WHERE state = 'closed'; -- support's list

-- The name that others see: whoever closed their account is named no more, until support restores it (D15).
CREATE FUNCTION shown_name(name text, state text) RETURNS text
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN state = 'closed' THEN '已注销用户' ELSE name END;

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
    purpose    text        NOT NULL CHECK (purpose IN ('register', 'login', 'reset', 'bind', 'confirm')),
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
-- No foreign keys, and ids whose shape is not checked: the writer holds the activity and has read the membership, and
-- neither activities with answers nor accounts are ever deleted. The checks would take half of the cost of a rush, and
-- lock every student's account.
CREATE TABLE response (
    activity_id  text        COLLATE "C" NOT NULL,
    account_id   text        COLLATE "C" NOT NULL,
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

------------------------------------------------------------------- people, more of them

-- What a person says of themselves; saved means published as the personal page (R6).
CREATE TABLE profile (
    account_id   id          PRIMARY KEY REFERENCES account,
    real_name    text        NOT NULL CHECK (length(real_name) BETWEEN 1 AND 40),
    occupation   text        NOT NULL CHECK (occupation IN ('student', 'teacher', 'other')),
    gender       text        CHECK (gender IN ('female', 'male')),
    region       text        NOT NULL DEFAULT '' CHECK (length(region) <= 40),
    school_text  text        NOT NULL DEFAULT '' CHECK (length(school_text) <= 60), -- as they write it; no certification
    introduction text        NOT NULL DEFAULT '' CHECK (length(introduction) <= 1000),
    published_at timestamptz NOT NULL
);

-- What an account may do for the platform as a whole.
CREATE TABLE platform_role (
    account_id id          NOT NULL REFERENCES account,
    role       text        NOT NULL CHECK (role IN ('support', 'operator', 'ops')),
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, role)
);

-- One way to somebody else's log-in page and back (OAuth 2, OIDC). Used once, within ten minutes.
CREATE TABLE oauth_attempt (
    state_hash    bytea       PRIMARY KEY,           -- SHA-256 of the state that travels
    provider      text        NOT NULL CHECK (provider IN ('wechat', 'qq', 'weibo')),
    purpose       text        NOT NULL CHECK (purpose IN ('login', 'bind')),
    account_id    id          REFERENCES account,    -- who binds; null to log in
    device_id     id,                                -- whose socket and page began it, when binding
    browser_hash  bytea       NOT NULL,              -- of the nonce in the beginner's cookie: nobody else's answer counts
    code_verifier text        NOT NULL,
    created_at    timestamptz NOT NULL,
    CHECK ((purpose = 'bind') = (account_id IS NOT NULL))
);
CREATE INDEX oauth_attempt_old ON oauth_attempt (created_at); -- the sweep

-- Who logged in at another's page and has no account yet: registers with a phone number, and this identity is bound (R2).
CREATE TABLE oauth_ticket (
    ticket_hash bytea       PRIMARY KEY,
    provider    text        NOT NULL CHECK (provider IN ('wechat', 'qq', 'weibo')),
    subject     text        NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX oauth_ticket_old ON oauth_ticket (created_at); -- the sweep

-- What was done to whom by whom, where somebody may ask later. Never changed; names and numbers are not in it.
CREATE TABLE audit (
    id         id          PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    actor_id   id,                     -- null: the system
    school_id  id,                     -- where a school's admins may read it
    account_id id,                     -- whom it is about
    action     text        NOT NULL,   -- 'identity.bound', 'account.closed', 'roster.applied', …
    detail     jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_of_school ON audit (school_id, at DESC, id) WHERE school_id IS NOT NULL;
CREATE INDEX audit_of_account ON audit (account_id, at DESC, id) WHERE account_id IS NOT NULL;

------------------------------------------------------------------- schools

-- A tenant. Without a cloud nobody is certified there, and everything of it is open (R27).
CREATE TABLE school (
    id                 id          PRIMARY KEY,
    name               text        NOT NULL CHECK (length(name) BETWEEN 2 AND 60),
    has_cloud          boolean     NOT NULL DEFAULT false,
    certification_code text        CHECK (length(certification_code) BETWEEN 4 AND 32), -- 认证码 of the whole school (R19)
    introduction       text        NOT NULL DEFAULT '',
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT school_name UNIQUE (name)
);
CREATE INDEX school_search ON school USING gin (name gin_trgm_ops);

-- Admins keep the roster; teachers are listed on the school's home (R42).
CREATE TABLE school_staff (
    school_id  id          NOT NULL REFERENCES school,
    account_id id          NOT NULL REFERENCES account,
    role       text        NOT NULL CHECK (role IN ('admin', 'teacher')),
    title      text        NOT NULL DEFAULT '' CHECK (length(title) <= 40), -- 教授, 讲师, …
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (school_id, account_id, role)
);
CREATE INDEX school_staff_of_account ON school_staff (account_id);

-- One student as the school knows them. Removing the row ends its certification and frees the number (R30).
CREATE TABLE roster_entry (
    id        id          PRIMARY KEY,
    school_id id          NOT NULL REFERENCES school,
    number    text        NOT NULL CHECK (length(number) BETWEEN 1 AND 32), -- 学号, leading zeros kept
    name      text        NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    code      text        CHECK (length(code) BETWEEN 4 AND 32),            -- its own 认证码; null: the school's
    added_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT roster_number UNIQUE (school_id, number)
);
CREATE INDEX roster_search ON roster_entry USING gin ((number || ' ' || name) gin_trgm_ops);

-- The bond between a roster entry and an account. Ended ones stay as history.
CREATE TABLE certification (
    id              id          PRIMARY KEY,
    school_id       id          NOT NULL REFERENCES school,
    roster_entry_id id          REFERENCES roster_entry ON DELETE SET NULL, -- null: the entry was removed
    account_id      id          NOT NULL REFERENCES account,
    number          text        NOT NULL,
    name            text        NOT NULL,
    state           text        NOT NULL DEFAULT 'certified'
                    CHECK (state IN ('certified',   -- -> dissolved
                                     'dissolved')), -- end
    certified_at    timestamptz NOT NULL DEFAULT now(),
    dissolved_at    timestamptz,
    dissolved_by    text        CHECK (dissolved_by IN ('account', 'admin', 'import')),
    CHECK ((state = 'dissolved') = (dissolved_at IS NOT NULL)),
    CHECK (state = 'dissolved' OR roster_entry_id IS NOT NULL)
);
CREATE UNIQUE INDEX certification_of_account ON certification (account_id) WHERE state = 'certified';     -- R22
CREATE UNIQUE INDEX certification_of_entry ON certification (roster_entry_id) WHERE state = 'certified';  -- R24
CREATE INDEX certification_of_number ON certification (school_id, number);                                -- who held it

-- One file brought in by an admin: parsed, looked at, applied, perhaps undone.
CREATE TABLE roster_import (
    id         id          PRIMARY KEY,
    school_id  id          NOT NULL REFERENCES school,
    account_id id          NOT NULL REFERENCES account,
    file_name  text        NOT NULL,
    is_whole   boolean     NOT NULL,  -- whoever is not in the file is removed
    state      text        NOT NULL DEFAULT 'parsing'
               CHECK (state IN ('parsing',  -- -> checked | failed
                                'checked',  -- -> applying | failed (discarded)
                                'applying', -- -> applied | failed
                                'applied',  -- -> undoing
                                'undoing',  -- -> undone | failed
                                'undone',   -- end
                                'failed')), -- end
    why        text,                  -- a code, once failed
    n_rows     integer     NOT NULL DEFAULT 0, -- of the file; the removed ones come on top
    n_done     integer     NOT NULL DEFAULT 0, -- progress of what runs now
    n_new      integer     NOT NULL DEFAULT 0,
    n_changed  integer     NOT NULL DEFAULT 0,
    n_removed  integer     NOT NULL DEFAULT 0,
    n_errors   integer     NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    beat_at    timestamptz NOT NULL DEFAULT now(), -- the sweep takes up what a dead worker left
    applied_at timestamptz
);
CREATE INDEX roster_import_of_school ON roster_import (school_id, created_at DESC);
CREATE INDEX roster_import_at_work ON roster_import (beat_at) WHERE state IN ('parsing', 'applying', 'undoing');

-- What one row of the file would do, or did; `before` is what undoing puts back.
CREATE TABLE roster_import_row (
    import_id id      NOT NULL REFERENCES roster_import ON DELETE CASCADE,
    row       integer NOT NULL,       -- as the file numbers it; removed ones come after the file's last
    number    text    NOT NULL,
    name      text    NOT NULL,
    code      text,
    change    text    NOT NULL CHECK (change IN ('new', 'changed', 'removed', 'same', 'error')),
    error     text,                   -- a code
    before    jsonb,
    PRIMARY KEY (import_id, row),
    CHECK ((change = 'error') = (error IS NOT NULL))
);
CREATE INDEX roster_import_row_kind ON roster_import_row (import_id, change, row);

------------------------------------------------------------------- courses

-- Something to learn. A MOOC is everybody's, a SPOC its school's (R39, R42).
CREATE TABLE course (
    id            id          PRIMARY KEY,
    school_id     id          NOT NULL REFERENCES school,
    kind          text        NOT NULL CHECK (kind IN ('mooc', 'spoc')),
    title         text        NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    summary       text        NOT NULL DEFAULT '' CHECK (length(summary) <= 300),
    introduction  text        NOT NULL DEFAULT '' CHECK (length(introduction) <= 20000), -- Markdown of a safe kind (R44)
    cover_file_id id,
    password_hash text,                                -- 选课密码 (R43); null: none
    state         text        NOT NULL DEFAULT 'draft'
                  CHECK (state IN ('draft',       -- -> published
                                   'published')), -- -> draft (taken from the catalogue)
    search        text        NOT NULL DEFAULT '', -- title, teachers, school, folded, a line each; kept by the store
    grams         text[]      NOT NULL DEFAULT '{}', -- what it is found by; core/catalogue.py says how
    n_enrolled    integer     NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now()
);
-- Words of two characters, which trigrams do not find. Without a pending list: a search must not read it through.
CREATE INDEX course_grams ON course USING gin (grams) WITH (fastupdate = off) WHERE state = 'published';
CREATE INDEX course_popular ON course (kind, n_enrolled DESC, id) WHERE state = 'published';
CREATE INDEX course_of_school ON course (school_id, kind, n_enrolled DESC, id);

CREATE TABLE course_teacher (
    course_id  id          NOT NULL REFERENCES course,
    account_id id          NOT NULL REFERENCES account,
    role       text        NOT NULL CHECK (role IN ('owner', 'teacher')),
    position   integer     NOT NULL DEFAULT 0,
    added_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (course_id, account_id)
);
CREATE INDEX course_teacher_of_account ON course_teacher (account_id);

-- One term of a course; its state is a matter of the clock (R45, R47).
CREATE TABLE run (
    id              id          PRIMARY KEY,
    course_id       id          NOT NULL REFERENCES course,
    number          integer     NOT NULL,
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    grading_text    text        NOT NULL DEFAULT '' CHECK (length(grading_text) <= 10000), -- 评分标准 (R51)
    grading         jsonb       NOT NULL DEFAULT '{}', -- weights of quiz, homework, exam, discussion, in percent
    is_archived     boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT run_number UNIQUE (course_id, number),
    CHECK (starts_at < ends_at)
);
CREATE INDEX run_of_course ON run (course_id, starts_at DESC);

-- The run that a classroom belongs to (R60).
ALTER TABLE classroom ADD COLUMN run_id id REFERENCES run;
CREATE INDEX classroom_of_run ON classroom (run_id) WHERE run_id IS NOT NULL;

-- A learner in a run.
CREATE TABLE enrollment (
    run_id      id          NOT NULL REFERENCES run,
    account_id  id          NOT NULL REFERENCES account,
    state       text        NOT NULL DEFAULT 'enrolled'
                CHECK (state IN ('enrolled',  -- -> dropped
                                 'dropped')), -- -> enrolled (again)
    enrolled_at timestamptz NOT NULL DEFAULT now(),
    dropped_at  timestamptz,
    PRIMARY KEY (run_id, account_id),
    CHECK ((state = 'dropped') = (dropped_at IS NOT NULL))
);
CREATE INDEX enrollment_of_account ON enrollment (account_id, enrolled_at DESC) WHERE state = 'enrolled';

-- 报名下次开课: told when the course has a new run, and enrolled in it.
CREATE TABLE next_run_wish (
    course_id  id          NOT NULL REFERENCES course,
    account_id id          NOT NULL REFERENCES account,
    wished_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (course_id, account_id)
);
CREATE INDEX next_run_wish_of_account ON next_run_wish (account_id);

CREATE TABLE course_announcement (
    id         id          PRIMARY KEY,
    run_id     id          NOT NULL REFERENCES run,
    author_id  id          NOT NULL REFERENCES account,
    title      text        NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    text       text        NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
    at         timestamptz NOT NULL DEFAULT now(),
    edited_at  timestamptz
);
CREATE INDEX course_announcement_of_run ON course_announcement (run_id, at DESC, id);

-- The courseware tree: chapters hold lessons, lessons hold units, units hold what is learnt (R50).
CREATE TABLE unit (
    id           id          PRIMARY KEY,
    run_id       id          NOT NULL REFERENCES run,
    parent_id    id          REFERENCES unit ON DELETE CASCADE, -- null: a chapter
    level        text        NOT NULL CHECK (level IN ('chapter', 'lesson', 'unit')),
    position     integer     NOT NULL,
    title        text        NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    kind         text        CHECK (kind IN ('video', 'pdf', 'rich_text')), -- of a unit
    file_id      id,
    text         text        CHECK (length(text) <= 50000),                 -- of rich text
    duration_ms  integer     CHECK (duration_ms > 0),                       -- of a video
    is_published boolean     NOT NULL DEFAULT false,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK ((level = 'chapter') = (parent_id IS NULL)),
    CHECK ((level = 'unit') = (kind IS NOT NULL))
);
CREATE INDEX unit_of_run ON unit (run_id, level, position);
CREATE INDEX unit_of_parent ON unit (parent_id, position);

-- A course's files: videos, PDFs, covers. Readable by whoever may study the run, a cover by everybody.
CREATE TABLE course_file (
    id           id          PRIMARY KEY,
    course_id    id          NOT NULL REFERENCES course,
    account_id   id          NOT NULL REFERENCES account,
    name         text        NOT NULL,
    content_type text        NOT NULL,
    size_bytes   bigint      NOT NULL CHECK (size_bytes >= 0),
    sha256       bytea       NOT NULL,
    state        text        NOT NULL DEFAULT 'active' CHECK (state IN ('uploading', 'active', 'deleted')),
    created_at   timestamptz NOT NULL
);
CREATE INDEX course_file_of_course ON course_file (course_id, created_at);

------------------------------------------------------------------- study

-- Quizzes, homework and exams of a run. questions hold the keys; never leave the server as they are (I9).
CREATE TABLE assessment (
    id           id          PRIMARY KEY,
    run_id       id          NOT NULL REFERENCES run,
    unit_id      id          REFERENCES unit ON DELETE SET NULL, -- the lesson it belongs to, if any
    kind         text        NOT NULL CHECK (kind IN ('quiz', 'homework', 'exam')),
    title        text        NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    intro        text        NOT NULL DEFAULT '' CHECK (length(intro) <= 5000),
    questions    jsonb       NOT NULL DEFAULT '{}',
    opens_at     timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    n_attempts   integer     NOT NULL DEFAULT 1 CHECK (n_attempts BETWEEN 1 AND 10),
    time_limit_s integer     CHECK (time_limit_s BETWEEN 60 AND 6 * 3600),
    is_published boolean     NOT NULL DEFAULT false,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CHECK (opens_at < due_at)
);
CREATE INDEX assessment_of_run ON assessment (run_id, due_at);

CREATE TABLE attempt (
    id            id          PRIMARY KEY,
    assessment_id id          NOT NULL REFERENCES assessment,
    account_id    id          NOT NULL REFERENCES account,
    number        integer     NOT NULL,
    state         text        NOT NULL DEFAULT 'open'
                  CHECK (state IN ('open',      -- -> submitted (by the student, or by the server when time is over)
                                   'submitted', -- -> graded (a teacher marks what no key can)
                                   'graded')),  -- end, but may be marked anew
    value         jsonb       NOT NULL DEFAULT '{}', -- the answers as saved last
    rev           bigint      NOT NULL DEFAULT 1,
    started_at    timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL,              -- the earlier of its time limit and the due time
    submitted_at  timestamptz,
    is_auto       boolean     NOT NULL DEFAULT false,
    points        numeric(7, 2),
    of_points     numeric(7, 2),
    marks         jsonb,                             -- points and remarks per question
    CONSTRAINT attempt_number UNIQUE (assessment_id, account_id, number)
);
CREATE UNIQUE INDEX attempt_open ON attempt (assessment_id, account_id) WHERE state = 'open';
CREATE INDEX attempt_due ON attempt (ends_at) WHERE state = 'open'; -- the sweep

-- How far a learner is in one unit.
CREATE TABLE progress (
    account_id   id          NOT NULL REFERENCES account,
    unit_id      id          NOT NULL REFERENCES unit ON DELETE CASCADE,
    position_ms  integer     NOT NULL DEFAULT 0,  -- where the player goes on
    studied_ms   bigint      NOT NULL DEFAULT 0,  -- the length of the union of its spans
    completed_at timestamptz,                     -- the circle is green (R52)
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, unit_id)
);

-- When somebody studied. counted_ms is what no span kept before covers, so that the sum over an account is the length of
-- their union, and two devices at once count once. client_id makes an upload that comes twice count once.
CREATE TABLE study_span (
    account_id id          NOT NULL REFERENCES account,
    client_id  text        NOT NULL,
    unit_id    id          NOT NULL,
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    counted_ms integer     NOT NULL,
    is_offline boolean     NOT NULL DEFAULT false,
    kept_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, client_id),
    CHECK (starts_at < ends_at)
);
CREATE INDEX study_span_of_account ON study_span (account_id, ends_at);
CREATE INDEX study_span_of_unit ON study_span (unit_id, account_id);

-- 讨论区 of a run: topics, replies to them, comments on replies.
CREATE TABLE topic (
    id         id          PRIMARY KEY,
    run_id     id          NOT NULL REFERENCES run,
    author_id  id          NOT NULL REFERENCES account,
    title      text        NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    text       text        CHECK (length(text) <= 5000), -- null once removed
    at         timestamptz NOT NULL DEFAULT now(),
    replied_at timestamptz NOT NULL DEFAULT now(),
    n_replies  integer     NOT NULL DEFAULT 0
);
CREATE INDEX topic_of_run ON topic (run_id, replied_at DESC, id);

CREATE TABLE topic_reply (
    id        id          PRIMARY KEY,
    topic_id  id          NOT NULL REFERENCES topic,
    parent_id id          REFERENCES topic_reply, -- a comment on a reply; null: a reply to the topic
    author_id id          NOT NULL REFERENCES account,
    text      text        CHECK (length(text) <= 5000),
    at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX topic_reply_of_topic ON topic_reply (topic_id, at, id);

------------------------------------------------------------------- message centre

-- One entry of the message centre; the account's stream tells its devices (R57, R58).
CREATE TABLE inbox_item (
    id         id          PRIMARY KEY,
    account_id id          NOT NULL REFERENCES account,
    seq        bigint      NOT NULL,              -- of the event that added it: the order of the list
    kind       text        NOT NULL
               CHECK (kind IN ('course_announcement', 'courseware_update', 'platform_push', 'reply', 'comment', 'account')),
    title      text        NOT NULL CHECK (length(title) <= 120),
    text       text        NOT NULL DEFAULT '' CHECK (length(text) <= 2000),
    source     jsonb       NOT NULL DEFAULT '{}', -- what it opens: {kind, id, …}
    push_id    id          NOT NULL,              -- what happened (a push, a reply): told once per account
    at         timestamptz NOT NULL DEFAULT now(),
    read_at    timestamptz
);
CREATE UNIQUE INDEX inbox_of_account ON inbox_item (account_id, seq);
CREATE INDEX inbox_unread ON inbox_item (account_id, kind) WHERE read_at IS NULL;
CREATE UNIQUE INDEX inbox_once ON inbox_item (push_id, account_id);

-- One message to many: by an operator to all, a school or a course's learners, or by a course's own events.
CREATE TABLE push (
    id          id          PRIMARY KEY,
    author_id   id          REFERENCES account,   -- null: the system
    to_kind     text        NOT NULL CHECK (to_kind IN ('all', 'school', 'course', 'run')),
    to_id       id,                               -- of the school, course or run
    item_kind   text        NOT NULL,
    title       text        NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    text        text        NOT NULL DEFAULT '' CHECK (length(text) <= 2000),
    source      jsonb       NOT NULL DEFAULT '{}',
    state       text        NOT NULL DEFAULT 'sending' CHECK (state IN ('sending', 'sent', 'stopped')),
    after_id    text        NOT NULL DEFAULT '',  -- how far the batches got, in the order of account ids
    n_sent      integer     NOT NULL DEFAULT 0,
    n_all       integer,                          -- whom it was for when it began; null: not counted
    created_at  timestamptz NOT NULL DEFAULT now(),
    beat_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((to_kind = 'all') = (to_id IS NULL))
);
CREATE INDEX push_at_work ON push (beat_at) WHERE state = 'sending';

-- What a POST with an Idempotency-Key was answered: the same key again is answered the same. Swept after a day.
CREATE TABLE idempotency (
    account_id   id          NOT NULL REFERENCES account,
    key          text        NOT NULL CHECK (length(key) BETWEEN 8 AND 64),
    request_hash bytea       NOT NULL,
    status       integer,                         -- null: under way
    body         bytea,
    at           timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_old ON idempotency (at);

INSERT INTO schema_version (version, oldest) VALUES (8, 1);
