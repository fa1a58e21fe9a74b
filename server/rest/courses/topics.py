"""讨论区 of a run: topics, replies and comments, by its learners and teachers (R50)."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from protocol.courses import RunId, Written
from protocol.errors import Code, Refused
from protocol.inbox import Source
from protocol.topics import ReplyId, Topic, TopicId, TopicReplies, TopicReply, Topics, WriteReply, WriteTopic
from server.core.course import clean_text, clean_title
from server.core.inbox import News
from server.core.moment import millis
from server.ids import draw_id
from server.limiter import BOARD_POSTS
from server.rest.answer import answer, nothing
from server.rest.call import Call
from server.rest.courses.page import LAST, PAGE, PAGE_OF_PEOPLE, moment, next_after, parts_after
from server.store import runs, topics
from server.store.pool import Reader
from server.store.topics import StoredTopic
from server.telling_many import tell_accounts

FIRST = datetime(1970, 1, 1, tzinfo=UTC)


async def list_topics(call: Call) -> Response:
    """The run's topics, those last replied to first; of each the beginning of its text."""
    db, run = call.services.database, RunId(call.path["id"])
    await enter(call, db, run)
    parts = parts_after(call, 2)
    before, key = (moment(parts[0]), parts[1]) if parts else (LAST, "")
    found = await topics.select_topics(db, run, call.device.account, before, key, PAGE + 1)
    page = found[:PAGE]
    return answer(
        Topics(
            topics=[topic_of(each) for each in page],
            next=next_after(page[-1].replied_at.isoformat(), page[-1].id) if len(found) > PAGE else None,
        )
    )


async def open_topic(call: Call, body: WriteTopic) -> Response:
    """Begin a topic."""
    run, topic, db = RunId(call.path["id"]), TopicId(draw_id()), call.services.database
    title, text = clean_title(body.title), clean_text(body.text)
    await enter(call, db, run)
    await call.services.limiter.take(BOARD_POSTS, call.device.account)
    async with call.transaction() as tx:
        await topics.insert_topic(tx, topic, run, call.device.account, title, text, call.now)
        return await call.keep(tx, answer(Written(id=topic), 201))


async def show_topic(call: Call) -> Response:
    """One topic with its whole text."""
    return answer(topic_of(await find(call, call.services.database)))


async def remove_topic(call: Call) -> Response:
    """Take a topic away: by its author or a teacher. Replies stay, under a topic without title and text."""
    async with call.transaction() as tx:
        topic = await find(call, tx)
        if not topic.may_remove:
            raise Refused(Code.FORBIDDEN)
        await topics.clear_topic(tx, topic.id)
    return nothing()


async def list_replies(call: Call) -> Response:
    """A topic's replies and the comments on them, oldest first."""
    db = call.services.database
    topic = await find(call, db)
    parts = parts_after(call, 2)
    since, key = (moment(parts[0]), parts[1]) if parts else (FIRST, "")
    found = await topics.select_replies(db, topic.id, call.device.account, since, key, PAGE_OF_PEOPLE + 1)
    page = found[:PAGE_OF_PEOPLE]
    return answer(
        TopicReplies(
            replies=[
                TopicReply(
                    id=each.id,
                    parent=each.parent,
                    text=each.text,
                    author_name=each.author_name,
                    is_teacher=each.is_teacher,
                    at=millis(each.at),
                    may_remove=each.may_remove and each.text is not None,
                )
                for each in page
            ],
            next=next_after(page[-1].at.isoformat(), page[-1].id) if len(found) > PAGE_OF_PEOPLE else None,
        )
    )


async def reply(call: Call, body: WriteReply) -> Response:
    """Reply to a topic, or comment on a reply."""
    made, text = ReplyId(draw_id()), clean_text(body.text)
    topic = await find(call, call.services.database)
    if topic.text is None:
        raise Refused(Code.NOT_FOUND)
    await call.services.limiter.take(BOARD_POSTS, call.device.account)
    parent = ReplyId(body.parent) if body.parent else None
    async with call.transaction() as tx:
        await topics.lock_topic(tx, topic.id)
        if not await topics.insert_reply(tx, made, topic.id, parent, call.device.account, text, call.now):
            raise Refused(Code.NOT_FOUND)
        done = await call.keep(tx, answer(Written(id=made), 201))
    await tell(call, topic, made, parent)
    return done


async def tell(call: Call, topic: StoredTopic, made: ReplyId, parent: ReplyId | None) -> None:
    """Whose topic or reply it answers finds it in the message centre (R58), without its words: they may be removed."""
    asked = await topics.select_author(call.services.database, parent) if parent else topic.author
    if asked is None or asked == call.device.account:
        return
    source = Source(kind="topic", id=topic.id, run=topic.run)
    news = News(id=made, kind="comment" if parent else "reply", title=topic.title, source=source)
    await tell_accounts(call.services.road, [asked], news, actor=call.device.account)


async def remove_reply(call: Call) -> Response:
    """Take a reply's or a comment's text away: by its author or a teacher."""
    async with call.transaction() as tx:
        if not await topics.clear_reply(tx, ReplyId(call.path["id"]), call.device.account):
            raise Refused(Code.NOT_FOUND)
    return nothing()


async def enter(call: Call, db: Reader, run: RunId) -> None:
    if await runs.select_run(db, run, call.device.account) is None:
        raise Refused(Code.NOT_FOUND)


async def find(call: Call, db: Reader) -> StoredTopic:
    """Raises Refused(NOT_FOUND), for what is not there and what is not the caller's alike."""
    topic = await topics.select_topic(db, TopicId(call.path["id"]), call.device.account)
    if topic is None:
        raise Refused(Code.NOT_FOUND)
    return topic


def topic_of(topic: StoredTopic) -> Topic:
    return Topic(
        id=topic.id,
        run=topic.run,
        title="" if topic.text is None else topic.title,
        text=topic.text,
        author_name=topic.author_name,
        is_teacher=topic.is_teacher,
        at=millis(topic.at),
        replied_at=millis(topic.replied_at),
        n_replies=topic.n_replies,
        may_remove=topic.may_remove and topic.text is not None,
    )
