"""Calls the operators when more text messages go out than they planned to pay for: somebody may be pumping them."""

from __future__ import annotations

import logging
from datetime import timedelta

from server.store import activities, one_time_codes
from workers.context import Context, config_of, road_of

TIMEOUT_S = 60
DAY = timedelta(days=1)
# Early enough to look before the plan is spent.
NEAR = 0.8

log = logging.getLogger("shangke.watch_codes")


async def watch_codes(context: Context) -> None:
    """Logs an error each time as long as the last 24 hours are over the plan, and a warning when they come near it.

    Nothing is refused: that is `server.limiter`'s, by the minute and hour; a busy first day of term is no attack.
    """
    db, most = road_of(context).db, config_of(context).codes_a_day
    n_sent = await one_time_codes.count_sent(db, "phone", await activities.select_now(db) - DAY)
    if n_sent > most:
        log.error("event=codes_over_plan n_sent=%d most=%d", n_sent, most)
    elif n_sent > most * NEAR:
        log.warning("event=codes_near_plan n_sent=%d most=%d", n_sent, most)
