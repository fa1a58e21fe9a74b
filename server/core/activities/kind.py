"""What a kind of activity is: declarations and pure functions. registry.py lists them all.

Everything shared (draft, publish, close, posts, who may) lives in server/core/activity.py; a kind holds only what is
its own. Bodies are plain maps at this border; a kind turns them into its declared structs inside (border.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from protocol.activity import Phase
from protocol.envelopes import Audience, Body
from protocol.ids import AccountId, FileId
from server.core.state import Answers, Response, StoredActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUse:
    """A file that a config names: where (as a form points at it), which, and of which content types it may be."""

    field: str
    file: FileId
    content_types: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """Something staff does to a published activity of this kind, beyond closing it."""

    from_phases: frozenset[Phase]
    to_phase: Phase | None = None  # None: stays
    is_in_session_only: bool = True  # False: also after 下课
    # (activity, value, now) -> the whole new state. Raises Refused.
    apply: Callable[[StoredActivity, Body, datetime], Body]


def _staff_only(tally: Body, phase: Phase, state: Body, audience: Audience) -> Body | None:
    return tally if audience == "staff" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of activity.

    Every function is pure; those that may raise Refused say so. Config bodies passed in were made by `check_draft`,
    except to `check_draft` itself. What is optional here is what most kinds do not have.
    """

    name: str
    # Declarations, for validation and for the generated TypeScript types.
    config: type[msgspec.Struct]
    state: type[msgspec.Struct]
    value: type[msgspec.Struct] | None = None  # one student's answer; None: takes no responses
    tally: type[msgspec.Struct] | None = None
    result: type[msgspec.Struct] | None = None
    correction: type[msgspec.Struct] | None = None

    needs_title: bool = True
    may_be_timed: bool = False  # R78
    takes_posts: bool = False
    may_close: bool = True  # False: never closes, stays as it is after 下课 (announcement, lesson plan)
    correction_needs_reason: bool = False
    verbs: Mapping[str, Verb] = field(default_factory=dict)

    # (config) -> the config as it is stored: normalised. Incomplete is fine. Raises Refused(BAD_FIELD).
    check_draft: Callable[[Body], Body]
    # (config) -> None. Complete enough to publish. Raises Refused(BAD_FIELD).
    check: Callable[[Body], None] = field(default=lambda config: None)
    # (config) -> the files it names. They must be in the same classroom when it is published.
    files: Callable[[Body], tuple[FileUse, ...]] = field(default=lambda config: ())
    # (config) -> the state at publishing.
    begin: Callable[[Body], Body]
    # (config, published at) -> when it closes by itself. Only where may_be_timed.
    deadline: Callable[[Body, datetime], datetime | None] = field(default=lambda config, now: None)
    # (config, phase, audience) -> the config this audience may see in this phase (I9).
    view: Callable[[Body, Phase, Audience], Body] = field(default=lambda config, phase, audience: config)
    # To students, after 下课, in the record (R85).
    is_in_record: Callable[[StoredActivity], bool] = field(default=lambda activity: True)

    # (config) -> answers are kept apart from who gave them.
    is_anonymous: Callable[[Body], bool] = field(default=lambda config: False)
    # (activity, value) -> the answer as it is stored. Raises Refused(BAD_ANSWER). Exactly where `value` is declared.
    accept: Callable[[StoredActivity, Body], Body] | None = None
    # The same for what is typed so far (D7); None: this kind keeps no drafts of answers.
    keep: Callable[[StoredActivity, Body], Body] | None = None
    # (activity, account, response) -> what the student may see of how it went; None while it may not be seen. Pure in
    # the response: `response` is None for somebody who did nothing.
    judge: Callable[[StoredActivity, AccountId, Response | None], Body | None] = field(
        default=lambda activity, account, response: None
    )
    # (activity, answers) -> staff's tally. Exactly where `tally` is declared. `activity.tally` is the final one from
    # before, when this is a recount after the close: whoever was counted then is counted now.
    count: Callable[[StoredActivity, Answers], Body] | None = None
    # (staff's tally, phase, state, audience) -> what this audience may see of it now; None: nothing.
    show_tally: Callable[[Body, Phase, Body, Audience], Body | None] = _staff_only
    # (activity, response, correction) -> the whole correction as it is stored. Raises Refused.
    correct: Callable[[StoredActivity, Response | None, Body], Body] | None = None
