"""The base of every error that a person at a terminal can mend."""

from __future__ import annotations


class Told(Exception):
    """Its text says what is wrong and how to mend it, one line per fault; no traceback is shown."""
