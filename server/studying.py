"""Study time on its way into the book: what is claimed is judged by `server.core.study_time` under the account's lock,
kept, and what it adds becomes progress, all in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from protocol.ids import AccountId, Millis
from protocol.study import StudySpan
from server.core.moment import instant
from server.core.progress import is_completed
from server.core.study_time import OLDEST_OFFLINE, Span, admit, clock_error, uncovered
from server.store import progress, study_spans, study_units
from server.store.pool import Tx
from server.store.progress import UnitProgress
from server.store.study_spans import KeptSpan
from server.store.study_units import Learnable

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`by_span`: every span that was sent; 0 for what does not count. `progress`: of the units that were touched."""

    by_span: Mapping[str, int]
    progress: tuple[UnitProgress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A span that may count, in the server's time."""

    sent: StudySpan
    unit: Learnable
    span: Span


async def count_study(tx: Tx, account: AccountId, sent_at: Millis, sent: list[StudySpan], now: datetime) -> Counted:
    """Keep what was studied. The same upload again, whole or in part, changes nothing (R56)."""
    await study_spans.lock_account(tx, account)
    units = await study_units.select_learnable(tx, [each.unit for each in sent], account)
    before = await study_spans.select_counted(tx, account, [each.client_id for each in sent])
    fresh = {each.client_id: each for each in sent if each.client_id not in before}
    claims = admitted(fresh.values(), units, clock_error(instant(sent_at), now), now)
    kept = await keep(tx, account, claims)
    stands = await advance(tx, account, claims, kept, {each.unit for each in sent}, now)
    counted = {**before, **{each.client_id: each.counted_ms for each in kept}}
    return Counted(by_span={each.client_id: counted.get(each.client_id, 0) for each in sent}, progress=stands)


def admitted(sent: Iterable[StudySpan], units: Mapping[str, Learnable], error: timedelta, now: datetime) -> list[Claim]:
    """What may count at all, in the order it was studied."""
    found = []
    for each in sent:
        unit = units.get(each.unit)
        if unit is None:
            continue
        claimed = Span(starts_at=instant(Millis(each.starts_at)), ends_at=instant(Millis(each.ends_at)))
        span = admit(claimed, error, unit.enrolled_at, now)
        if span is not None:
            found.append(Claim(sent=each, unit=unit, span=span))
    return sorted(found, key=lambda claim: claim.span.ends_at)


async def keep(tx: Tx, account: AccountId, claims: list[Claim]) -> list[KeptSpan]:
    """Each counts for what nothing before it covers."""
    if not claims:
        return []
    start, end = min(each.span.starts_at for each in claims), max(each.span.ends_at for each in claims)
    assert end - start <= OLDEST_OFFLINE, "older ones were not admitted"
    covered = await study_spans.select_between(tx, account, start, end)
    kept = []
    for each in claims:
        kept.append(
            KeptSpan(
                client_id=each.sent.client_id,
                unit=each.unit.id,
                span=each.span,
                counted_ms=uncovered(each.span, covered) // _MILLISECOND,
                is_offline=each.sent.is_offline,
            )
        )
        covered.append(each.span)
    await study_spans.insert_spans(tx, account, kept)
    return kept


async def advance(
    tx: Tx, account: AccountId, claims: list[Claim], kept: list[KeptSpan], units: set[str], now: datetime
) -> tuple[UnitProgress, ...]:
    """Progress with what was counted now; the last position told is where the player goes on."""
    stands = await progress.select_of_units(tx, account, sorted(units))
    touched: set[str] = set()
    for claim, each in zip(claims, kept, strict=True):
        unit = claim.unit
        stand = stands.get(unit.id) or UnitProgress(unit=unit.id, position_ms=0, studied_ms=0, completed_at=None)
        studied_ms = stand.studied_ms + each.counted_ms
        furthest_ms = max(stand.position_ms, claim.sent.position_ms)
        is_done = is_completed(unit.kind, unit.duration_ms, furthest_ms, timedelta(milliseconds=studied_ms))
        stands[unit.id] = replace(
            stand,
            position_ms=claim.sent.position_ms,
            studied_ms=studied_ms,
            completed_at=stand.completed_at or (claim.span.ends_at if is_done else None),
        )
        touched.add(unit.id)
    for unit_id in sorted(touched):
        await progress.upsert(tx, account, stands[unit_id], now)
    return tuple(stands[unit_id] for unit_id in sorted(stands))
