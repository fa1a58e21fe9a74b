"""The demo courses' quiz, homework and exam: one open, one a teacher must mark, one still to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.core.activities.question import (
    FillInQuestion,
    MultipleQuestion,
    Question,
    ShortTextQuestion,
    SingleQuestion,
    TrueFalseQuestion,
)
from server.core.assessment import Assessment, Kind
from server.ids import draw_id
from server.store import assessments
from server.store.pool import Tx

DAY = timedelta(days=1)
LIMIT = SingleQuestion(
    text="数列 1/n 的极限是？",
    options=["0", "1", "不存在"],
    key=0,
    points=2.0,
    explanation="对任意 ε > 0，取 N > 1/ε。",
)
PROPERTIES = MultipleQuestion(
    text="收敛数列一定具有哪些性质？", options=["有界性", "唯一性", "单调性"], key=[0, 1], points=4.0
)
CONVERSE = TrueFalseQuestion(text="有界数列一定收敛。", key=False, points=2.0, explanation="例如 (-1)ⁿ。")
SUM = FillInQuestion(text="1 + 1/2 + 1/4 + … = ____", n_blanks=1, key=[["2", "二"]], points=2.0)
PROOF = ShortTextQuestion(text="用定义证明 1/n 的极限是 0。", points=10.0)


def an_assessment(
    run: str, kind: Kind, title: str, questions: tuple[Question, ...], opens_at: datetime, due_at: datetime
) -> Assessment:
    return Assessment(
        id=draw_id(),
        run=run,
        unit=None,
        kind=kind,
        title=title,
        intro="",
        questions=questions,
        opens_at=opens_at,
        due_at=due_at,
        n_attempts=3 if kind == "quiz" else 1,
        time_limit_s=None if kind == "homework" else 1_800,
        is_published=True,
    )


async def seed_assessments(tx: Tx, run: str, now: datetime) -> None:
    for each in (
        an_assessment(run, "quiz", "第一章测验", (LIMIT, PROPERTIES, CONVERSE), now - 7 * DAY, now + 14 * DAY),
        an_assessment(run, "homework", "第一章作业", (SUM, PROOF), now - 7 * DAY, now + 14 * DAY),
        an_assessment(run, "exam", "期末考试", (LIMIT, PROPERTIES, CONVERSE, SUM), now + 60 * DAY, now + 61 * DAY),
    ):
        await assessments.upsert(tx, each, now)
