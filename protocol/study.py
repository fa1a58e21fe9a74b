"""Bodies of the REST layer about study: progress, study time, assessments."""

from __future__ import annotations

import msgspec

# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = ()
