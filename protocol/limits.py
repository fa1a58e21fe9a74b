"""The numbers that bound what comes from outside, before it is parsed and after."""

from __future__ import annotations

MESSAGE_BYTES = 16 * 1024  # one WebSocket message from a client
REST_COMMAND_BYTES = 256 * 1024  # a command over REST: a long exercise does not fit a phone's frame
DEPTH = 8
LIST_ITEMS = 256
MAP_ITEMS = 256
TEXT_CHARS = 2_000
MARKDOWN_CHARS = 20_000

COMMANDS_PER_S = 20
COMMAND_BURST = 40
DEVICES_PER_ACCOUNT = 5
STREAMS_PER_CONNECTION = 200
HELLO_TIMEOUT_S = 10

WINDOW_EVENTS = 512  # kept in memory per stream for resumes
PAGE_EVENTS = 300  # read from Postgres at a time
RESUME_EVENTS = 2_000  # older than this: a snapshot
POSTS_IN_SNAPSHOT = 100
ITEMS_IN_SNAPSHOT = 20  # of the message centre

HEARTBEAT_S = 25
BEHIND_BYTES = 256 * 1024  # unsent bytes above which a connection gets nothing more
STALL_S = 15  # a socket that took no byte for this long is closed
GAUGE_INTERVAL_S = 0.25
GAP_WAIT_MS = 50
HEADS_INTERVAL_S = 1.0
SUBMIT_GRACE_MS = 2_000  # D7: sent in time, late on the network
STUDY_SPANS = 200  # in one upload; a queue filled offline comes in several
STUDY_BYTES = 64 * 1024  # one such upload
ASSESSMENT_BYTES = 512 * 1024  # an exam of a hundred questions
