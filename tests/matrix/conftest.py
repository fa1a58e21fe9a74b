"""The world stands on a site like those of the REST layer's tests."""

from __future__ import annotations

from tests.rest.conftest import site

__all__ = ["site"]
