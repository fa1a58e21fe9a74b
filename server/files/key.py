"""What a file is called where it is kept. Never its name: that is somebody else's text."""

from __future__ import annotations

from protocol.ids import FileId


def key_of(file: FileId) -> str:
    """Two letters first: folders of a million files are slow to list."""
    return f"{file[:2]}/{file}"
