"""Bodies of the REST layer about study: progress, study time, assessments."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protocol.envelopes import Body
from protocol.ids import AccountId, CommandId, FileId, Id, Millis
from protocol.limits import STUDY_SPANS

UnitKind = Literal["video", "pdf", "rich_text"]
AssessmentKind = Literal["quiz", "homework", "exam"]
AttemptState = Literal["open", "submitted", "graded"]
# A point in time up to the year 2286, so that no arithmetic with it can fail.
Moment = Annotated[int, Meta(ge=0, le=9_999_999_999_999)]
PositionMs = Annotated[int, Meta(ge=0, le=86_400_000)]
# In the order of the questions; null is not answered. What fits is the question's business.
AnswerList = Annotated[list[object], Meta(max_length=100)]
QuestionList = Annotated[list[Body], Meta(max_length=100)]


# Study time and progress


class StudySpan(msgspec.Struct, frozen=True, kw_only=True):
    """Some seconds of study, by the client's clock. The same `client_id` counts once, however often it comes (R56)."""

    client_id: CommandId
    unit: Id
    starts_at: Moment
    ends_at: Moment
    position_ms: PositionMs = 0
    is_offline: bool = False


class StudyUpload(msgspec.Struct, frozen=True, kw_only=True):
    """`sent_at`: what the client's clock says now, so that a wrong one is put right."""

    sent_at: Moment
    spans: Annotated[list[StudySpan], Meta(min_length=1, max_length=STUDY_SPANS)]


class CountedSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Every span that was sent is answered here and need not be sent again; 0 for what may not count."""

    client_id: str
    counted_ms: int


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far one is in a unit. `completed_at`: its circle is green."""

    unit: str
    position_ms: int
    studied_ms: int
    completed_at: Millis | None


class StudyCounted(msgspec.Struct, frozen=True, kw_only=True):
    spans: list[CountedSpan]
    progress: list[Progress]


class RunProgress(msgspec.Struct, frozen=True, kw_only=True):
    """One's own progress in a run. `is_certified`: whether the school counts it (R21); null where that is no matter."""

    progress: list[Progress]
    studied_ms: int
    n_units: int
    n_completed: int
    is_certified: bool | None


class StudyFile(msgspec.Struct, frozen=True, kw_only=True):
    """`url` works without a token for some minutes, with Range. A video is for playing, not for saving (R53)."""

    id: FileId
    name: str
    content_type: str
    size_bytes: int
    url: str
    expires_at: Millis


class StudyUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit to be studied. `next`: the unit after it."""

    id: str
    run: str
    course_title: str
    title: str
    kind: UnitKind
    text: str | None
    duration_ms: int | None
    file: StudyFile | None
    progress: Progress
    next: str | None


# Assessments


class WriteAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """A whole assessment as its teacher writes it. `questions` as those of an exercise."""

    kind: AssessmentKind
    title: Annotated[str, Meta(min_length=1, max_length=120)]
    opens_at: Moment
    due_at: Moment
    questions: QuestionList = []
    intro: Annotated[str, Meta(max_length=5_000)] = ""
    unit: Id | None = None
    n_attempts: Annotated[int, Meta(ge=1, le=10)] = 1
    time_limit_s: Annotated[int, Meta(ge=60, le=21_600)] | None = None
    is_published: bool = False


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """`questions`: with keys for the teacher alone; for a learner none before the attempt, whose own they are."""

    id: str
    run: str
    unit: str | None
    kind: AssessmentKind
    title: str
    intro: str
    opens_at: Millis
    due_at: Millis
    n_attempts: int
    time_limit_s: int | None
    is_published: bool
    n_questions: int
    of_points: float
    questions: list[Body] | None = None
    # Of a learner:
    n_taken: int = 0
    open_attempt: str | None = None
    last_attempt: str | None = None
    best_points: float | None = None
    # Of a teacher:
    n_attempted: int | None = None
    n_to_mark: int | None = None


class Assessments(msgspec.Struct, frozen=True, kw_only=True):
    is_teacher: bool
    assessments: list[Assessment]


class SaveAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """`rev`: which state of the attempt this was written on. An older one is refused: no device undoes another."""

    answers: AnswerList
    rev: Annotated[int, Meta(ge=1, le=2_000_000_000)]


class SubmitAttempt(msgspec.Struct, frozen=True, kw_only=True):
    answers: AnswerList


class AttemptMark(msgspec.Struct, frozen=True, kw_only=True):
    """`is_right` and `points` null: it waits for the teacher."""

    is_right: bool | None
    points: float | None
    remark: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One taking. `questions` without keys, until nobody takes the assessment any more; `marks` not before that.

    `points`: null where they may not be seen yet. `now`: the server's time, to count down by.
    """

    id: str
    assessment: str
    kind: AssessmentKind
    title: str
    account: AccountId
    name: str
    number: int
    state: AttemptState
    questions: list[Body]
    answers: list[object]
    rev: int
    started_at: Millis
    ends_at: Millis
    submitted_at: Millis | None
    is_auto: bool
    points: float | None
    of_points: float
    marks: list[AttemptMark] | None
    now: Millis


class AttemptSaved(msgspec.Struct, frozen=True, kw_only=True):
    rev: int


class AttemptSummary(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    account: AccountId
    name: str
    number: int
    state: AttemptState
    submitted_at: Millis | None
    is_auto: bool
    points: float | None
    of_points: float | None


class AttemptPage(msgspec.Struct, frozen=True, kw_only=True):
    attempts: list[AttemptSummary]
    next: str | None


class GivenMark(msgspec.Struct, frozen=True, kw_only=True):
    points: Annotated[float, Meta(ge=0, le=100, multiple_of=0.25)] | None = None
    remark: Annotated[str, Meta(max_length=500)] = ""


class MarkAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """A teacher's marks by number of the question, from "0"; those given before stay where none is given now."""

    marks: Annotated[
        dict[Annotated[str, Meta(pattern="^(0|[1-9][0-9]?)$")], GivenMark], Meta(min_length=1, max_length=100)
    ]


# Grades and the teacher's report


class GradePart(msgspec.Struct, frozen=True, kw_only=True):
    """`weight` in percent; `share` of what could be made so far, from 0 to 1."""

    kind: str
    weight: int
    share: float | None


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """The grading policy applied (R51). `percent` is of what could be made so far."""

    percent: float | None
    parts: list[GradePart]


class LearnerReport(msgspec.Struct, frozen=True, kw_only=True):
    """`is_certified`: see `RunProgress`. `offline_ms`: how much of the study time was synced later (R56)."""

    account: AccountId
    name: str
    is_certified: bool | None
    studied_ms: int
    offline_ms: int
    n_completed: int
    last_studied_at: Millis | None
    percent: float | None


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    learners: list[LearnerReport]
    n_units: int
    n_learners: int
    next: str | None


# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = (StudyUpload, WriteAssessment, SaveAttempt, SubmitAttempt, MarkAttempt)
