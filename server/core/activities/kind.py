"""What a kind of activity is: declarations and pure functions. The registry KINDS lists them.

Everything shared (draft, publish, close, posts, who may) lives in server/core/activity.py; a kind holds only what is
its own. Bodies are plain maps at this border; a kind turns them into its declared structs inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from protocol.activity import Phase
from protocol.envelopes import Audience, Body
from server.core.state import Response, StoredActivity, Student


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something staff does to a running activity of this kind, beyond closing it."""

    from_phases: frozenset[Phase]
    to_phase: Phase | None  # None: stays
    # (activity, value, now) -> the whole new state. Raises Refused.
    apply: Callable[[StoredActivity, Body, datetime], Body]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of activity.

    Every function is pure; every one may raise Refused where it says so. Config bodies passed in were accepted by
    `check_draft` before; `check` additionally demands that nothing is missing.
    """

    name: str
    # Declarations, for validation and for the generated TypeScript types.
    config: type[msgspec.Struct]
    state: type[msgspec.Struct]
    value: type[msgspec.Struct] | None = None  # one student's answer; None: takes no responses
    tally: type[msgspec.Struct] | None = None
    result: type[msgspec.Struct] | None = None
    correction: type[msgspec.Struct] | None = None

    may_be_timed: bool = False
    takes_posts: bool = False
    closes_with_session: bool = True  # False: stays as it is after 下课 (announcement, lesson plan)
    is_visible_after: Callable[[StoredActivity], bool] = field(
        default=lambda activity: True
    )  # to students, in the record
    is_anonymous: Callable[[Body], bool] = field(default=lambda config: False)
    verbs: Mapping[str, Verb] = field(default_factory=dict)

    # (config) -> the config as it is stored: normalised. Incomplete is fine. Raises Refused(BAD_FIELD).
    check_draft: Callable[[Body], Body]
    # (config) -> None. Complete enough to publish. Raises Refused(BAD_FIELD).
    check: Callable[[Body], None]
    # (config, now) -> the state at publishing.
    begin: Callable[[Body, datetime], Body]
    # (config, now) -> when it closes by itself. Only where may_be_timed.
    deadline: Callable[[Body, datetime], datetime | None] = field(default=lambda config, now: None)
    # (config, phase, audience) -> the config this audience may see now (I9).
    view: Callable[[Body, Phase, Audience], Body]
    # (activity, value, now) -> the value as it is stored. Raises Refused(BAD_ANSWER). `is_draft`: may be incomplete.
    accept: Callable[[StoredActivity, Body, datetime, bool], Body] | None = None
    # (activity, response) -> what the student may see of how it went, None while it may not be seen.
    judge: Callable[[StoredActivity, Response], Body | None] = field(default=lambda activity, response: None)
    # (activity, responses, anonymous values, students) -> staff's tally.
    count: Callable[[StoredActivity, Sequence[Response], Sequence[Body], Sequence[Student]], Body] | None = None
    # (activity, staff's tally, audience) -> what this audience may see of it now, None: nothing.
    show_tally: Callable[[StoredActivity, Body, Audience], Body | None] = field(
        default=lambda activity, tally, audience: tally if audience == "staff" else None
    )
    # (activity, response or None, correction) -> the correction as it is stored. Raises Refused.
    correct: Callable[[StoredActivity, Response | None, Body], Body] | None = None
