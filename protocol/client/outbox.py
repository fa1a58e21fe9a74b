"""Commands not yet answered. They are sent again, unchanged and with the same id, after a reconnect (I5)."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from protocol.codec import pack_stored, to_body, to_struct, unpack_stored
from protocol.envelopes import Command, Done, RefusedReply
from protocol.errors import Code

# A wish of the moment (start the session) is not carried out when somebody opens the app hours later; an answer
# always is sent, and the server says whether it was in time.
MOMENT_S = 120.0
ANSWER_S = 24 * 3600.0
IN_FLIGHT = 16  # what waited through an outage goes out no faster than it is answered
TRIES = 6
PASSING = {Code.SLOW_DOWN.value, Code.OVERLOADED.value}


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A command, when it was made, and the ids of older saves that it made needless: its answer is theirs too."""

    command: Command
    made_at: float
    n_refused: int = 0
    is_in_flight: bool = False
    not_before: float = 0.0
    stands_for: tuple[str, ...] = ()

    @property
    def expires_at(self) -> float:
        return self.made_at + (ANSWER_S if self.command.op.startswith("response.") else MOMENT_S)

    @property
    def ids(self) -> tuple[str, ...]:
        return (*self.stands_for, self.command.id)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An outbox as it survives the program."""

    waiting: list[Waiting]


class Outbox:
    """In the order in which people wished. Times are seconds of one clock; to survive the program, of the wall's."""

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, command: Command, now: float) -> None:
        """Keep the command until it is answered. An older save of the same answer that was not sent yet gives way."""
        stands_for: tuple[str, ...] = ()
        if command.op == "response.save":
            for older in [each for each in self._waiting.values() if _is_older_save(each, command)]:
                stands_for += older.ids
                del self._waiting[older.command.id]
        self._waiting[command.id] = Waiting(command=command, made_at=now, stands_for=stands_for)

    def take(self, now: float) -> list[Command]:
        """The commands to send now; each is in flight until it is answered or the connection is lost."""
        n_free = IN_FLIGHT - sum(each.is_in_flight for each in self._waiting.values())
        ready = [each for each in self._waiting.values() if not each.is_in_flight and each.not_before <= now]
        for each in ready[: max(0, n_free)]:
            self._waiting[each.command.id] = replace(each, is_in_flight=True)
        return [each.command for each in ready[: max(0, n_free)]]

    def answered(self, reply: Done | RefusedReply, now: float) -> tuple[str, ...]:
        """The ids that the reply settles; none if it is of no command here, or if the command is to be tried again."""
        waiting = self._waiting.get(reply.id)
        if waiting is None:
            return ()
        if isinstance(reply, RefusedReply) and reply.code in PASSING and waiting.n_refused < TRIES:
            wait_s = (reply.retry_after_ms or 1000 * 2**waiting.n_refused) / 1000
            self._waiting[reply.id] = replace(
                waiting, n_refused=waiting.n_refused + 1, is_in_flight=False, not_before=now + wait_s
            )
            return ()
        del self._waiting[reply.id]
        return waiting.ids

    def disconnected(self) -> None:
        """Nobody knows whether what was in flight arrived: all of it is to be sent again."""
        self._waiting = {id: replace(each, is_in_flight=False) for id, each in self._waiting.items()}

    def expired(self, now: float) -> tuple[str, ...]:
        """The ids of commands too old to be sent any more; they are forgotten."""
        old = [each for each in self._waiting.values() if not each.is_in_flight and each.expires_at <= now]
        for each in old:
            del self._waiting[each.command.id]
        return tuple(id for each in old for id in each.ids)

    def next_try(self) -> float | None:
        """When `take` next gives something that it does not give now; None if only an answer makes room for it."""
        if sum(each.is_in_flight for each in self._waiting.values()) >= IN_FLIGHT:
            return None
        return min((each.not_before for each in self._waiting.values() if not each.is_in_flight), default=None)

    def next_expiry(self) -> float | None:
        """When `expired` next gives something."""
        return min((each.expires_at for each in self._waiting.values() if not each.is_in_flight), default=None)

    def dump(self) -> str:
        """The outbox as text; `load` of it is an outbox that sends everything again."""
        return pack_stored(to_body(Kept(waiting=list(self._waiting.values()))))

    @classmethod
    def load(cls, text: str) -> Outbox:
        outbox = cls()
        for each in to_struct(unpack_stored(text), Kept).waiting:
            outbox._waiting[each.command.id] = replace(each, is_in_flight=False)
        return outbox


def _is_older_save(waiting: Waiting, newer: Command) -> bool:
    older = waiting.command
    return (
        not waiting.is_in_flight
        and older.op == newer.op
        and older.stream == newer.stream
        and older.body.get("activity") == newer.body.get("activity")
    )
