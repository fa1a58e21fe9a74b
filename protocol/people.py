"""Bodies of the REST layer about people: profiles, login methods, closing and restoring accounts."""

from __future__ import annotations

import msgspec

# What clients write; everything else here is written by the server.
REQUESTS: tuple[type[msgspec.Struct], ...] = ()
