"""Profiles: what people say of themselves on their personal page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from protocol.ids import AccountId
from server.store.pool import Database, Reader

Occupation = Literal["student", "teacher", "other"]
Gender = Literal["female", "male"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    real_name: str = field(repr=False)
    occupation: Occupation
    gender: Gender | None
    region: str
    school_text: str
    introduction: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A published personal page. `is_known`: the reader is its owner, or staff of a classroom the owner is in."""

    name: str
    profile: Profile
    is_known: bool


async def upsert_profile(db: Database, account: AccountId, profile: Profile) -> None:
    await db.execute(
        """
        INSERT INTO profile (account_id, real_name, occupation, gender, region, school_text, introduction, published_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (account_id) DO UPDATE
           SET real_name = excluded.real_name,
               occupation = excluded.occupation,
               gender = excluded.gender,
               region = excluded.region,
               school_text = excluded.school_text,
               introduction = excluded.introduction,
               published_at = excluded.published_at
        """,
        account,
        profile.real_name,
        profile.occupation,
        profile.gender,
        profile.region,
        profile.school_text,
        profile.introduction,
        profile.published_at,
    )


async def select_profile(db: Reader, account: AccountId) -> Profile | None:
    row = await db.fetchrow(
        """
        SELECT real_name, occupation, gender, region, school_text, introduction, published_at
          FROM profile
         WHERE account_id = $1
        """,
        account,
    )
    return Profile(**row) if row else None


async def select_page(db: Reader, account: AccountId, reader: AccountId) -> Page | None:
    """The page of an account that published one and is not closed."""
    row = await db.fetchrow(
        """
        SELECT account.name, profile.real_name, profile.occupation, profile.gender, profile.region,
               profile.school_text, profile.introduction, profile.published_at,
               account.id = $2 OR EXISTS (
               SELECT FROM membership AS theirs
                 JOIN membership AS ours ON ours.classroom_id = theirs.classroom_id
                WHERE theirs.account_id = $1 AND theirs.state = 'joined'
                  AND ours.account_id = $2 AND ours.state = 'joined' AND ours.role IN ('teacher', 'assistant')
               ) AS is_known
          FROM account
          JOIN profile ON profile.account_id = account.id
         WHERE account.id = $1 AND account.state = 'active'
        """,
        account,
        reader,
    )
    if row is None:
        return None
    values = {name: value for name, value in row.items() if name not in ("name", "is_known")}
    return Page(name=row["name"], profile=Profile(**values), is_known=row["is_known"])
