"""The command `shangke`: reads the settings, sets up the log, and hands over to what was asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from server import config as settings
from server import log
from server.config import Config
from server.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`module` has a function `command(config, arguments)`; it is imported only when it is asked for, since `up` must
    not wait for what the hubs will load anyway."""

    help: str
    module: str


COMMANDS = {
    "up": Command(help="run everything on this machine: PostgreSQL, Redis, hubs, a worker", module="server.up"),
    "serve": Command(help="run one hub process", module="server.serve"),
    "worker": Command(help="run one worker process", module="workers.run"),
    "migrate": Command(help="bring the database to the schema this code knows", module="server.migrate"),
    "seed": Command(help="fill an empty database with a demo school", module="server.seed"),
    "grant": Command(help="give an account a role on the platform, or take it away", module="server.grant"),
    "doctor": Command(help="say what is wrong here and how to mend it", module="server.doctor"),
    "config": Command(help="list the settings, their meaning and defaults", module="server.cli"),
}


def main() -> None:
    arguments = parser().parse_args()
    try:
        config = settings.read()
        log.configure(config)
        run: Callable[[Config, argparse.Namespace], int | None]
        run = import_module(COMMANDS[arguments.command].module).command
        code = run(config, arguments)
    except* Told as group:
        tell(group)
        code = 1
    sys.exit(code)


def tell(group: BaseExceptionGroup[Told]) -> None:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            tell(error)
            continue
        for line in str(error).splitlines():
            print(f"shangke: {line}", file=sys.stderr)


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="shangke",
        description="An open real-time classroom service.",
        epilog="Settings come from the environment; `shangke config` lists them.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sub = commands.add_parser(name, help=command.help, description=command.help)
        if name == "migrate":
            sub.add_argument("--pre", action="store_true", help="only what the previous code can live with")
        if name == "grant":
            sub.add_argument("phone", metavar="PHONE", help="the account's phone number")
            sub.add_argument("role", metavar="ROLE", help="`support`, `operator` or `ops`")
            sub.add_argument("--revoke", action="store_true", help="take the role away")
    return top


def command(config: Config, arguments: argparse.Namespace) -> None:
    print(settings.table())


if __name__ == "__main__":
    main()
