"""What was done in a school and by whom, for its admins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.schools import SchoolAudit, SchoolAuditEntry
from server.core.moment import millis
from server.rest.answer import answer
from server.rest.call import Call
from server.rest.cursor import PAGE, after, cursor
from server.rest.schools.admin import administered
from server.store import audit
from server.store.audit import SchoolAuditEntry as StoredEntry


async def list_school_audit(call: Call) -> Response:
    """The school's audit log, newest first."""
    school = await administered(call, call.services.database)
    before, before_id = read_position(after(call), call.now)
    found = await audit.select_of_school(call.services.database, school, before, before_id, PAGE + 1)
    page = found[:PAGE]
    last = cursor(f"{page[-1].at.isoformat()} {page[-1].id}") if len(found) > PAGE else None
    return answer(SchoolAudit(entries=[view(each) for each in page], next=last))


def read_position(key: str, now: datetime) -> tuple[datetime, str]:
    """Raises Refused(BAD_FIELD)."""
    if not key:
        # The database's clock may be a little ahead of ours.
        return now + timedelta(days=1), ""
    at, _, entry = key.partition(" ")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), entry
    except (ValueError, OverflowError):
        raise Refused(Code.BAD_FIELD, "after", data={"field": "after"}) from None


def view(entry: StoredEntry) -> SchoolAuditEntry:
    return SchoolAuditEntry(
        at=millis(entry.at),
        action=entry.action,
        actor=entry.actor,
        actor_name=entry.actor_name,
        account=entry.account,
        account_name=entry.account_name,
        detail={name: value for name, value in entry.detail.items() if isinstance(value, str | int)},
    )
