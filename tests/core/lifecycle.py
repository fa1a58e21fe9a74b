"""Every command on an activity, tried in every phase and by everybody: what a kind does not allow is refused.

A kind's test says what it allows: `check_lifecycle("survey", config, {"published": {"close", "submit"}}, answer=...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from protocol.activity import ActOnActivity, AddPost, CorrectResponse, DraftActivity, ExtendActivity, Phase
from protocol.envelopes import Body
from protocol.errors import Code, Refused
from protocol.ids import ClassroomId
from server.core import activity, closing, post, response
from server.core.access import Standing, authorise
from server.core.activities.registry import KINDS
from server.core.state import Answers, StoredActivity
from tests.core.making import (
    ACTIVITY,
    NOW,
    POST,
    a_classroom,
    a_post,
    a_response,
    a_student,
    account,
    an_activity,
    an_actor,
)

VERBS = {verb for kind in KINDS.values() for verb in kind.verbs}
# Whatever the kind, a draft can do this and nothing else.
OF_A_DRAFT = {"draft", "discard", "publish"}
STAFF: set[Standing] = {"teacher", "assistant"}
WHO: Mapping[str, set[Standing]] = {
    **dict.fromkeys(["draft", "discard", "publish", "extend", *VERBS], STAFF),
    "close": STAFF | {"system"},
    "post": STAFF | {"student"},
    "remove_post": STAFF | {"student"},
    "save": {"student"},
    "submit": {"student"},
    "correct": {"teacher"},
}
STANDINGS: tuple[Standing | None, ...] = ("teacher", "assistant", "student", "self", "system", None)
REASONS = {
    Code.NOT_FOUND,
    Code.FORBIDDEN,
    Code.BAD_PHASE,
    Code.ACTIVITY_CLOSED,
    Code.TIME_LIMIT_NOT_ALLOWED,
    Code.UNKNOWN_COMMAND,
    Code.BAD_FIELD,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One activity, as every command finds it, and what students and teachers of its kind say."""

    found: StoredActivity
    config: Body
    answer: Body | None = None
    correction: Body | None = None

    def answers(self) -> Answers:
        """One student answered, if that is possible here."""
        if self.answer is None or self.found.phase == "draft":
            return Answers(students=[a_student(1)])
        return Answers(responses=[a_response(self.found, 1, self.answer)], students=[a_student(1)])


def drafting(case: Case) -> object:
    command = DraftActivity(kind=case.found.kind, title="New", config=case.config, activity=ACTIVITY)
    return activity.draft(a_classroom(), case.found, command, now=NOW, drawn=ACTIVITY, n_drafts=1)


def publishing(case: Case) -> object:
    return activity.publish(a_classroom(), case.found, now=NOW, n_published=0, files={})


def extending(case: Case) -> object:
    return activity.extend(a_classroom(), case.found, ExtendActivity(activity=ACTIVITY, extra_s=60), now=NOW)


def closing_it(case: Case) -> object:
    return closing.close(a_classroom(), case.found, now=NOW, answers=case.answers())


def acting(verb: str) -> Callable[[Case], object]:
    command = ActOnActivity(activity=ACTIVITY, verb=verb)
    return lambda case: activity.act(a_classroom(), case.found, command, now=NOW)


def posting(case: Case) -> object:
    command = AddPost(activity=ACTIVITY, text="Hi")
    return post.add(a_classroom(), case.found, command, actor=an_actor(), now=NOW, drawn=POST, replied=None)


def removing(case: Case) -> object:
    has_posts = KINDS[case.found.kind].takes_posts and case.found.phase != "draft"
    found = a_post() if has_posts else None
    return post.remove(a_classroom(), case.found, found, actor=an_actor())


def saving(case: Case) -> object:
    return response.save(case.found, case.answer or {}, now=NOW)


def submitting(case: Case) -> object:
    return response.submit(case.found, case.answer or {}, now=NOW, before=None)


def correcting(case: Case) -> object:
    command = CorrectResponse(activity=ACTIVITY, account=account(1), correction=case.correction or {}, reason="Seen")
    return response.correct(a_classroom(), case.found, command, actor=an_actor(), now=NOW, answers=case.answers())


COMMANDS: Mapping[str, tuple[str, Callable[[Case], object]]] = {
    "draft": ("activity.draft", drafting),
    "discard": ("activity.discard", lambda case: activity.discard(a_classroom(), case.found)),
    "publish": ("activity.publish", publishing),
    "extend": ("activity.extend", extending),
    "close": ("activity.close", closing_it),
    **{verb: ("activity.act", acting(verb)) for verb in VERBS},
    "post": ("activity.post", posting),
    "remove_post": ("activity.remove_post", removing),
    "save": ("response.save", saving),
    "submit": ("response.submit", submitting),
    "correct": ("response.correct", correcting),
}


def outcome(name: str, standing: Standing | None, case: Case) -> Code | None:
    """None: it was done."""
    op, decide = COMMANDS[name]
    try:
        authorise(op, standing)
        decide(case)
    except Refused as refused:
        return refused.code
    return None


def check_lifecycle(
    kind: str,
    config: Body,
    may: Mapping[Phase, set[str]],
    *,
    answer: Body | None = None,
    correction: Body | None = None,
) -> None:
    """`may`: what is allowed in each phase that this kind reaches, besides what every draft allows.

    `answer` and `correction` are some that fit `config`.
    """
    for phase, allowed in {"draft": OF_A_DRAFT, **may}.items():
        case = Case(an_activity(kind, config, phase), config, answer, correction)
        elsewhere = replace(case, found=replace(case.found, classroom=ClassroomId("d" * 16)))
        for name in COMMANDS:
            for standing in STANDINGS:
                code = outcome(name, standing, case)
                is_allowed = name in allowed and standing in WHO[name]
                assert (code is None) == is_allowed, (kind, phase, name, standing, code)
                assert code is None or code in REASONS, (kind, phase, name, standing, code)
            # The door of answers finds the classroom by the activity; the others must not find it elsewhere.
            if name in allowed - {"save", "submit"}:
                assert outcome(name, "teacher", elsewhere) == Code.NOT_FOUND, (kind, phase, name)
