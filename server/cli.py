"""The command `shangke`: reads the settings, sets up the log, and hands over to what was asked for."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass

import uvloop

from server import config as settings
from server import doctor, log, seed, serve, up
from server.config import Config, ConfigError
from server.embedded import EmbeddedError
from server.store import schema
from server.store.schema import Phase, SchemaError
from server.supervise import StartError
from workers import run


class CommandError(Exception):
    """The command cannot be carried out; the text says why and how to mend it."""


# What a person can mend: told in one line each, without a traceback.
EXPECTED = (CommandError, ConfigError, EmbeddedError, SchemaError, StartError, up.UpError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    help: str
    run: Callable[[Config, argparse.Namespace], int | None]


def main() -> None:
    arguments = parser().parse_args()
    try:
        config = settings.read()
        log.configure(config)
        code = COMMANDS[arguments.command].run(config, arguments)
    except* EXPECTED as group:
        fail(group)
    else:
        sys.exit(code)


def fail(group: BaseExceptionGroup[Exception]) -> None:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            fail(error)
            continue
        for line in str(error).splitlines():
            print(f"shangke: {line}", file=sys.stderr)
    sys.exit(1)


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
    return top


def run_up(config: Config, arguments: argparse.Namespace) -> None:
    up.run(settings.with_secret(config))


def run_serve(config: Config, arguments: argparse.Namespace) -> None:
    serve.run(settings.with_secret(needing_servers(config)))


def run_worker(config: Config, arguments: argparse.Namespace) -> None:
    uvloop.run(run.serve(settings.with_secret(needing_servers(config))))


def run_migrate(config: Config, arguments: argparse.Namespace) -> None:
    through = Phase.PRE if arguments.pre else Phase.POST
    url = needing_database(config).database_url
    before, after = asyncio.run(schema.migrate(url, through=through))
    came_from = f"version {before.version}" if before else "empty"
    print(f"the database was {came_from} and is at version {after.version}")


def run_seed(config: Config, arguments: argparse.Namespace) -> None:
    filled = asyncio.run(seed.seed(settings.with_secret(needing_servers(config))))
    print("filled with a demo school" if filled else "left alone: it already holds accounts")


def run_doctor(config: Config, arguments: argparse.Namespace) -> int:
    return doctor.run(config)


def run_config(config: Config, arguments: argparse.Namespace) -> None:
    print(settings.table())


def needing_database(config: Config) -> Config:
    if config.database_url:
        return config
    raise CommandError("DATABASE_URL is needed; only `shangke up` brings its own PostgreSQL")


def needing_servers(config: Config) -> Config:
    if config.redis_url:
        return needing_database(config)
    raise CommandError("REDIS_URL is needed; only `shangke up` brings its own Redis")


COMMANDS = {
    "up": Command(help="run everything on this machine: PostgreSQL, Redis, hubs, a worker", run=run_up),
    "serve": Command(help="run one hub process", run=run_serve),
    "worker": Command(help="run one worker process", run=run_worker),
    "migrate": Command(help="bring the database to the schema this code knows", run=run_migrate),
    "seed": Command(help="fill an empty database with a demo school", run=run_seed),
    "doctor": Command(help="say what is wrong here and how to mend it", run=run_doctor),
    "config": Command(help="list the settings, their meaning and defaults", run=run_config),
}

if __name__ == "__main__":
    main()
