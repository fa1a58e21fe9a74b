"""发现: searching all MOOCs (R39), and a school's home with its courses and teachers (R42, R46)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from protocol.courses import CourseCards, CourseId, CourseKind, SchoolHome, SchoolTeacher, SchoolTeachers
from protocol.errors import Code, Refused
from protocol.ids import SchoolId
from server.core.catalogue import LONGEST_QUERY, Sought, seek
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.courses.cards import read_cards
from server.rest.courses.page import PAGE, PAGE_OF_PEOPLE, next_after, parts_after, whole
from server.store import catalogue, teaching
from server.store.catalogue import FIRST, Hit
from server.store.pool import Reader

MOST_ENROLLED = FIRST.n_enrolled
# The best hits first: called just that, then with the words in the title, then with them in teachers and school too.
# What many courses have is soon met among the next popular ones; the index, which brings all that have it before they
# can be sorted, is asked for what few have.
Select = Callable[[Reader, Sought, Hit, int], Awaitable[list[Hit]]]
TIERS: tuple[tuple[Select, ...], ...] = (
    (catalogue.select_by_whole_title,),
    (catalogue.select_first_by_title, catalogue.select_by_title),
    (catalogue.select_first_by_people, catalogue.select_by_people),
)
POPULAR = len(TIERS)


async def list_courses(call: Call) -> Response:
    """All MOOCs, or those with the query's words in title, teachers and school (R39)."""
    query = call.query.get("query", "")
    if len(query) > LONGEST_QUERY:
        raise Refused(Code.BAD_FIELD, "query", data={"field": "query"})
    sought = seek(query)
    tier, hit = place_after(call, POPULAR if sought is None else 0)
    async with call.services.database.snapshot() as db:
        if sought is None:
            found = [(POPULAR, each) for each in await catalogue.select_popular(db, hit, PAGE + 1)]
        else:
            await catalogue.plan_each(db)
            found = await search(db, sought, tier, hit, PAGE + 1)
        return await page_of(call, db, found)


async def search(db: Reader, sought: Sought, tier: int, hit: Hit, limit: int) -> list[tuple[int, Hit]]:
    """The next `limit` hits after `hit` of `tier`, the best first."""
    found: list[tuple[int, Hit]] = []
    for at in range(tier, len(TIERS)):
        hits = await of_tier(at, db, sought, hit if at == tier else FIRST, limit - len(found))
        found.extend((at, each) for each in hits)
        if len(found) >= limit:
            break
    return found


async def of_tier(at: int, db: Reader, sought: Sought, after: Hit, limit: int) -> list[Hit]:
    hits: list[Hit] = []
    for select in TIERS[at]:
        hits = await select(db, sought, after, limit)
        if len(hits) >= limit:
            break
    return hits


async def show_school_home(call: Call) -> Response:
    """A school as its students see it: whether it has MOOCs to link to (R46) and lets the caller in (R20)."""
    school, account = SchoolId(call.path["id"]), call.device.account
    found = await teaching.select_school(call.services.database, school, account)
    if found is None:
        raise Refused(Code.NOT_FOUND)
    return answer(
        SchoolHome(
            id=found.id,
            name=found.name,
            introduction=found.introduction,
            has_cloud=found.has_cloud,
            has_moocs=found.has_moocs,
            may_enter=found.may_enter,
            n_teachers=found.n_teachers,
        )
    )


async def list_school_courses(call: Call) -> Response:
    """A school's MOOCs, or its SPOCs for those it has certified (R42); `kind` says which."""
    school, kind = SchoolId(call.path["id"]), read_kind(call)
    _, hit = place_after(call, POPULAR)
    async with call.services.database.snapshot() as db:
        visited = await teaching.select_school(db, school, call.device.account)
        if visited is None:
            raise Refused(Code.NOT_FOUND)
        if kind == "spoc" and not visited.may_enter:
            raise Refused(Code.NOT_CERTIFIED)
        hits = await catalogue.select_of_school(db, school, kind, hit, PAGE + 1)
        return await page_of(call, db, [(POPULAR, each) for each in hits])


async def list_school_teachers(call: Call) -> Response:
    """All teachers of a school, by name (R42)."""
    school, db = SchoolId(call.path["id"]), call.services.database
    if await teaching.select_school(db, school, call.device.account) is None:
        raise Refused(Code.NOT_FOUND)
    name, account = parts_after(call, 2) or ("", "")
    found = await teaching.select_teachers(db, school, name, account, PAGE_OF_PEOPLE + 1)
    page = found[:PAGE_OF_PEOPLE]
    return answer(
        SchoolTeachers(
            teachers=[SchoolTeacher(account=each.account, name=each.name, title=each.title) for each in page],
            next=next_after(page[-1].name, page[-1].account) if len(found) > PAGE_OF_PEOPLE else None,
        )
    )


async def page_of(call: Call, db: Reader, found: list[tuple[int, Hit]]) -> Response:
    page = found[:PAGE]
    cards = await read_cards(db, [hit.id for _, hit in page], call.now)
    last = page[-1] if len(found) > PAGE else None
    return answer(
        CourseCards(courses=cards, next=next_after(last[0], last[1].n_enrolled, last[1].id) if last else None)
    )


def place_after(call: Call, first_tier: int) -> tuple[int, Hit]:
    """The tier and the hit after which the list goes on. Raises Refused(BAD_FIELD)."""
    parts = parts_after(call, 3)
    if parts is None:
        return first_tier, FIRST
    return whole(parts[0], POPULAR), Hit(n_enrolled=whole(parts[1], MOST_ENROLLED), id=CourseId(parts[2]))


def read_kind(call: Call) -> CourseKind:
    match call.query.get("kind", "mooc"):
        case "mooc":
            return "mooc"
        case "spoc":
            return "spoc"
        case _:
            raise Refused(Code.BAD_FIELD, "kind", data={"field": "kind"})
