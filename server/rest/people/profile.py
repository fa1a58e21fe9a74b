"""Profiles and personal pages (R5, R6)."""

from __future__ import annotations

from starlette.responses import Response

from protocol.errors import Code, Refused
from protocol.ids import AccountId
from protocol.people import PersonalPage, Profile, SaveProfile
from server.core.account import clean_name
from server.core.moment import millis
from server.core.profile import clean_line, clean_text
from server.rest.answer import answer
from server.rest.call import Call
from server.store import profiles

NOTHING_SAVED = Profile(
    real_name="", occupation=None, gender=None, region="", school_text="", introduction="", published_at=None
)


async def show_profile(call: Call) -> Response:
    """The caller's own profile; empty until it is saved."""
    found = await profiles.select_profile(call.services.database, call.device.account)
    return answer(own(found) if found else NOTHING_SAVED)


async def save_profile(call: Call, body: SaveProfile) -> Response:
    """Save the profile, which publishes the personal page."""
    profile = profiles.Profile(
        real_name=clean_name(body.real_name),
        occupation=body.occupation,
        gender=body.gender,
        region=clean_line(body.region, "region"),
        school_text=clean_line(body.school_text, "school_text"),
        introduction=clean_text(body.introduction, "introduction"),
        published_at=call.now,
    )
    await profiles.upsert_profile(call.services.database, call.device.account, profile)
    return answer(own(profile))


async def show_page(call: Call) -> Response:
    """Somebody's personal page; not there while it is not published and when the account is closed."""
    account = AccountId(call.path["id"])
    page = await profiles.select_page(call.services.database, account, call.device.account)
    if page is None:
        raise Refused(Code.NOT_FOUND)
    profile = page.profile
    return answer(
        PersonalPage(
            id=account,
            name=page.name,
            real_name=profile.real_name if page.is_known else None,
            occupation=profile.occupation,
            gender=profile.gender,
            region=profile.region,
            school_text=profile.school_text,
            introduction=profile.introduction,
            published_at=millis(profile.published_at),
        )
    )


def own(profile: profiles.Profile) -> Profile:
    return Profile(
        real_name=profile.real_name,
        occupation=profile.occupation,
        gender=profile.gender,
        region=profile.region,
        school_text=profile.school_text,
        introduction=profile.introduction,
        published_at=millis(profile.published_at),
    )
