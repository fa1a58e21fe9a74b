"""Schools: the list to choose one's own from, and those the caller administers."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.schools import AdministeredSchool, AdministeredSchools, Schools
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.cursor import PAGE, after, cursor
from server.store import schools

LONGEST_QUERY = 60


def searched(call: Call) -> str:
    """What is looked for; empty: everything. Raises Refused(BAD_FIELD)."""
    query = call.query.get("query", "").strip()
    if len(query) > LONGEST_QUERY:
        raise Refused(Code.BAD_FIELD, "query", data={"field": "query"})
    return query


async def list_schools(call: Call) -> Response:
    """Schools with the query in their name (R18); `has_cloud` says whether one can be certified there."""
    found = await schools.select_schools(call.services.database, searched(call), after(call), PAGE + 1)
    page = found[:PAGE]
    return answer(Schools(schools=page, next=cursor(page[-1].name) if len(found) > PAGE else None))


async def list_administered(call: Call) -> Response:
    """The schools whose roster the caller keeps."""
    found = await schools.select_administered(call.services.database, call.device.account)
    return answer(
        AdministeredSchools(
            schools=[
                AdministeredSchool(
                    id=each.id,
                    name=each.name,
                    has_cloud=each.has_cloud,
                    certification_code=each.certification_code,
                    n_entries=each.n_entries,
                    n_certified=each.n_certified,
                )
                for each in found
            ]
        )
    )
