"""I9: what an audience may not see is never in its frame. Planted strings, random configs, every frame of a life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from protocol.activity import ActOnActivity, CorrectResponse, DraftActivity, Mine
from protocol.codec import decode_server
from protocol.envelopes import Audience, Body, Event, Gauge, Snapshot
from protocol.errors import Refused
from protocol.ids import AccountId, Seq, StreamId
from server.core import activity, closing, response
from server.core.activities.registry import kind_of
from server.core.fact import Decided, Fact
from server.core.state import Answers, StoredActivity
from server.core.view import view_mine, view_mine_at_close
from server.frames import prepare, prepare_mine, prepare_snapshot, prepare_tally
from tests.core.book import STUDENTS, Book
from tests.core.making import ACTIVITY, CLASSROOM, NOW, SECOND, account, an_actor

KEY = "canary-key"
TEXT = "canary-text"  # of every student's text answers, followed by the student's number
POINTS = st.sampled_from([0.0, 1.0, 2.5])
SHARED: tuple[Audience, ...] = ("student", "screen")


def options(draw: st.DrawFn) -> list[str]:
    return [f"option {number}" for number in range(draw(st.integers(2, 10)))]


@st.composite
def questions(draw: st.DrawFn) -> Body:
    shared: Body = {"text": "Asked", "points": draw(POINTS), "explanation": f"{KEY} explains"}
    match draw(st.sampled_from(["single", "multiple", "true_false", "fill_in", "short_text"])):
        case "single":
            offered = options(draw)
            key = draw(st.integers(0, len(offered) - 1))
            return {**shared, "type": "single", "options": offered, "key": key}
        case "multiple":
            offered = options(draw)
            keys = draw(st.lists(st.integers(0, len(offered) - 1), min_size=1, unique=True))
            return {**shared, "type": "multiple", "options": offered, "key": keys}
        case "true_false":
            return {**shared, "type": "true_false", "key": draw(st.booleans())}
        case "fill_in":
            blanks = draw(st.integers(1, 3))
            return {**shared, "type": "fill_in", "key": [[f"{KEY} {number}"] for number in range(blanks)]}
        case _:
            return {**shared, "type": "short_text", "key": f"{KEY} reference"}


@st.composite
def survey_questions(draw: st.DrawFn) -> Body:
    of_type = draw(st.sampled_from(["single", "multiple", "rating", "text"]))
    chosen: Body = {"options": options(draw)} if of_type in ("single", "multiple") else {}
    return {"type": of_type, "text": "Asked", "is_required": False, **chosen}


EXERCISES = st.fixed_dictionaries(
    {
        "questions": st.lists(questions(), min_size=1, max_size=4),
        "time_limit_s": st.none() | st.just(60),
        "half_points": st.booleans(),
        "reveal_key": st.booleans(),
    }
)
SURVEYS = st.fixed_dictionaries(
    {"questions": st.lists(survey_questions(), min_size=1, max_size=4), "is_anonymous": st.booleans()}
)
ACTIVITIES = st.one_of(
    st.tuples(st.just("exercise"), EXERCISES),
    st.tuples(st.just("survey"), SURVEYS),
    st.tuples(st.just("check_in"), st.just({"late_after_s": 60})),
)


def answer_of(number: int, kind: str, config: Body) -> Body:
    """Wherever text goes, the student's own canary."""
    if kind == "check_in":
        return {}
    text = f"{TEXT}{number}"
    asked = config["questions"]
    assert isinstance(asked, list)
    by_type: Mapping[str, object] = {
        "single": 0,
        "multiple": [0],
        "true_false": True,
        "fill_in": [text],
        "short_text": text,
        "rating": 1,
        "text": text,
    }
    return {"answers": [by_type[each["type"]] for each in asked]}


def words(value: object) -> Iterator[str]:
    """Every text in a decoded frame, keys of maps included."""
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield from words(key)
                yield from words(inner)
        case list():
            for inner in value:
                yield from words(inner)
        case _:
            pass


def keys(value: object) -> Iterator[object]:
    """Every answer key in a decoded frame."""
    if isinstance(value, dict):
        if "points" in value and "key" in value:
            yield value["key"]
        for inner in value.values():
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def body_of(frame: bytes) -> Body:
    [envelope] = decode_server(frame)
    match envelope:
        case Event():
            return envelope.body or {}
        case Gauge():
            return envelope.value or {}
        case Snapshot():
            return envelope.state
        case _:
            raise AssertionError(f"not a frame of a stream: {envelope}")


class Watched:
    """A book whose every frame is looked into."""

    def __init__(self, kind: str, config: Body) -> None:
        self.book = Book()
        self.kind = kind
        self.may_reveal = config.get("reveal_key") is True
        self.is_anonymous = config.get("is_anonymous") is True
        self.n_keys_shown = 0

    @property
    def found(self) -> StoredActivity:
        return self.book.activities[ACTIVITY]

    def answers(self) -> Answers:
        return self.book.answers_to(self.found)

    def take(self, decided: Decided) -> None:
        for fact in self.book.write(decided):
            self.look_at_event(fact)
        self.look_at_state()

    def look_at_event(self, fact: Fact) -> None:
        frames = prepare(fact).frames
        for audience in SHARED:
            self.look(body_of(frames[audience]))
        if self.is_anonymous:
            self.look_for_authors(body_of(frames["staff"]))

    def look_at_state(self) -> None:
        stream, seq = StreamId(CLASSROOM), Seq(self.book.seq)
        for audience in SHARED:
            self.look(body_of(prepare_snapshot(stream, seq, audience, self.book.snapshot(audience))))
        row = self.book.activities.get(ACTIVITY)
        if row is None or row.phase == "draft":
            return
        counted = closing.tally(row, self.book.answers_to(row))
        if counted is not None:
            frames = prepare_tally(row, counted, 1).frames
            for audience in SHARED:
                if audience in frames:
                    self.look(body_of(frames[audience]))
            if self.is_anonymous:
                self.look_for_authors(body_of(frames["staff"]))
        mine = view_mine_at_close(row, self.answers()) if row.phase == "closed" else {}
        for student in STUDENTS:
            own = view_mine(row, student.account, self.book.responses.get((ACTIVITY, student.account)))
            if own is not None:
                mine[student.account] = own
        self.look_at_mine(mine)

    def look_at_mine(self, mine: Mapping[AccountId, Mine]) -> None:
        private = prepare_mine(StreamId(CLASSROOM), ACTIVITY, 1, mine).private
        for who, frame in private.items():
            others = [each for each in STUDENTS if each.account != who]
            for word in words(body_of(frame)):
                assert KEY not in word
                assert not any(f"{TEXT}{each.account[-1]}" in word or each.account in word for each in others), word

    def look(self, body: Body) -> None:
        """At what students or the screen are shown."""
        row = self.book.activities.get(ACTIVITY)
        may_see_key = row is not None and row.phase == "closed" and self.may_reveal
        for word in words(body):
            assert may_see_key or KEY not in word, word
            assert TEXT not in word, word
        shown = [key for key in keys(body) if key is not None]
        assert may_see_key or shown == []
        self.n_keys_shown += len(shown)
        self.look_for_authors(body)

    def look_for_authors(self, body: Body) -> None:
        for word in words({name: each for name, each in body.items() if name != "members"}):
            assert not any(student.account in word or student.name in word for student in STUDENTS), word


def tell_all(watched: Watched) -> None:
    """Two students answer, the third only types."""
    for number in (1, 2):
        watched.book.answer(number, watched.found, answer_of(number, watched.kind, watched.found.config))
        watched.look_at_state()
    if kind_of(watched.kind).keep is not None:
        kept = response.save(watched.found, answer_of(3, watched.kind, watched.found.config), now=NOW)
        first = watched.book.responses[ACTIVITY, account(1)]
        watched.book.responses[ACTIVITY, account(3)] = structs.replace(
            first, account=account(3), phase="saved", value=kept, submitted_at=None
        )
        watched.look_at_state()


@settings(max_examples=40, deadline=None)
@given(ACTIVITIES)
def test_no_frame_holds_a_key_another_students_answer_or_an_anonymous_author(made: tuple[str, Body]) -> None:
    kind, config = made
    watched = Watched(kind, config)
    classroom = watched.book.classroom
    command = DraftActivity(kind=kind, title="Title", config=config)
    watched.take(activity.draft(classroom, None, command, now=NOW, drawn=ACTIVITY, n_drafts=0))
    watched.take(activity.publish(classroom, watched.found, now=NOW, n_published=0, files={}))
    tell_all(watched)
    for verb in kind_of(kind).verbs:
        watched.take(act(watched, verb))
    watched.take(closing.close(classroom, watched.found, now=NOW + SECOND, answers=watched.answers()))
    for verb in kind_of(kind).verbs:
        watched.take(act(watched, verb))
    correction: Body = {"status": "late"} if kind == "check_in" else {"points": {"0": 0.0}}
    if kind_of(kind).correct is not None:
        correcting = CorrectResponse(activity=ACTIVITY, account=account(1), correction=correction, reason=TEXT)
        answers = watched.answers()
        teacher = an_actor()
        watched.take(response.correct(classroom, watched.found, correcting, actor=teacher, now=NOW, answers=answers))
    # The test would also pass if nobody were shown anything: who may see the keys does.
    assert (watched.n_keys_shown > 0) == (kind == "exercise" and watched.may_reveal)


def act(watched: Watched, verb: str) -> Decided:
    command = ActOnActivity(activity=ACTIVITY, verb=verb)
    try:
        return activity.act(watched.book.classroom, watched.found, command, now=NOW)
    except Refused:
        return Decided()
