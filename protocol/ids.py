"""The identifiers that cross the wire. An id is 16 random characters of `[0-9A-Za-z]`: nothing is counted by it."""

from __future__ import annotations

from typing import Annotated, NewType

from msgspec import Meta

AccountId = NewType("AccountId", str)
ActivityId = NewType("ActivityId", str)
CertificationId = NewType("CertificationId", str)
ClassroomId = NewType("ClassroomId", str)
DeviceId = NewType("DeviceId", str)
FileId = NewType("FileId", str)
ImportId = NewType("ImportId", str)
PostId = NewType("PostId", str)
RosterEntryId = NewType("RosterEntryId", str)
SchoolId = NewType("SchoolId", str)
SessionId = NewType("SessionId", str)
# A stream's id is the id of what it belongs to: the classroom, the account, later the group.
StreamId = NewType("StreamId", str)
Seq = NewType("Seq", int)
Millis = NewType("Millis", int)

ID_PATTERN = "^[0-9A-Za-z]{16}$"
ID_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 16

# An id as it comes from outside: checked by shape before anybody looks it up.
Id = Annotated[str, Meta(pattern=ID_PATTERN)]
# Chosen by the client (a UUID does); unique with the account (I5).
CommandId = Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{8,64}$")]
