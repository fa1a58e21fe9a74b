"""Bodies of the REST layer about courses: catalogue, runs, enrollment, courseware, board."""

from __future__ import annotations

import msgspec

# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = ()
