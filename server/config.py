"""The settings of one process, read once from the environment. README's table is generated from what stands here."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from server.core.client_version import least_version
from server.environment import Environment, Secret, between, flag, list_of, member, origin, path, text, url
from server.gateways.settings import AliyunAccount, OAuthApps, take_aliyun, take_oauth
from server.told import Told

PREFIX = "SHANGKE_"
LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class ConfigError(Told):
    """The environment is wrong; the text names all faults."""


class Mode(Enum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Sms(Enum):
    CONSOLE = "console"
    HTTP = "http"
    ALIYUN = "aliyun"


class Mail(Enum):
    NONE = "none"
    CONSOLE = "console"
    SMTP = "smtp"


class LogLevel(Enum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What the operator decided. What each field means is said once, in `take_all`."""

    mode: Mode
    host: str
    port: int
    nodes: int
    node: str
    data: Path
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    database_connections: int
    public_url: str
    origins: tuple[str, ...]
    proxies: tuple[str, ...]
    secret: Secret
    ops_token: Secret
    files_url: str
    sms: Sms
    sms_url: str = field(repr=False)
    aliyun: AliyunAccount
    codes_a_day: int
    mail: Mail
    mail_url: str = field(repr=False)
    mail_from: str
    oauth: OAuthApps
    least_versions: tuple[str, ...]
    demo: bool
    mini_program_submits: bool
    keep_recalled: bool
    log_level: LogLevel

    @property
    def is_production(self) -> bool:
        return self.mode is Mode.PRODUCTION


def read(values: Mapping[str, str] = os.environ) -> Config:
    """The Config that `values` describe. Raises: ConfigError."""
    environment = Environment(values)
    config = complete(take_all(environment))
    faults = [f"{name} is not a setting (see `shangke config`)" for name in environment.unknown(PREFIX)]
    faults += environment.faults
    if not faults and config.is_production:
        faults = insecure(config, values)
    if faults:
        raise ConfigError("\n".join(faults))
    return config


def take_all(environment: Environment) -> Config:
    take = environment.take
    mode = take(
        "SHANGKE_MODE",
        "`development`, or `production`, which refuses to start with an insecure default",
        member(Mode),
        Mode.DEVELOPMENT,
    )
    return Config(
        mode=mode,
        host=take("SHANGKE_HOST", "The address to listen on", text, "127.0.0.1"),
        port=take("SHANGKE_PORT", "The port; all hubs of a machine share it", between(1, 65535), 8000),
        nodes=take("SHANGKE_NODES", "How many hub processes `shangke up` runs", between(1, 64), 2),
        node=take("SHANGKE_NODE", "The name of this process in logs and metrics", text, "hub"),
        data=take(
            "SHANGKE_DATA",
            "The folder of uploads and of the embedded servers",
            path,
            Path("data").absolute(),
            shown="`data`",
        ),
        database_url=take(
            "DATABASE_URL",
            "PostgreSQL 15 or newer",
            url("postgresql", "postgres"),
            "",
            shown="an embedded PostgreSQL",
        ),
        redis_url=take(
            "REDIS_URL", "Redis 7 or newer, or Valkey", url("redis", "rediss", "unix"), "", shown="an embedded Redis"
        ),
        database_connections=take(
            "SHANGKE_DATABASE_CONNECTIONS", "The most database connections of one process", between(2, 200), 16
        ),
        public_url=take(
            "SHANGKE_PUBLIC_URL",
            "Where browsers reach us; links in messages and QR codes begin with it",
            url("http", "https"),
            "",
            shown="`http://HOST:PORT`",
        ),
        origins=take(
            "SHANGKE_ORIGINS",
            "The web origins that may open a socket, separated by commas",
            list_of(origin),
            (),
            shown="that of the public URL",
        ),
        proxies=take(
            "SHANGKE_PROXIES",
            "The addresses of our own proxies; only their X-Forwarded-For is believed",
            list_of(text),
            (),
            shown="none",
        ),
        secret=take(
            "SHANGKE_SECRET",
            "Signs download links and one-time codes; at least 32 characters, the same on every node",
            Secret,
            Secret(),
            shown="generated into the data folder",
        ),
        ops_token=take(
            "SHANGKE_OPS_TOKEN",
            "The bearer token of `/metrics`; without one it answers only to this machine",
            Secret,
            Secret(),
            shown="none",
        ),
        files_url=take(
            "SHANGKE_FILES_URL",
            "Where uploads live: `s3://bucket/prefix`, with the usual AWS variables",
            url("s3"),
            "",
            shown="the data folder",
        ),
        sms=take(
            "SHANGKE_SMS",
            "How text messages go out: `console` (printed), `http` (a webhook) or `aliyun`",
            member(Sms),
            Sms.CONSOLE,
        ),
        sms_url=take("SHANGKE_SMS_URL", "Where `http` posts a text message", url("http", "https"), "", shown="none"),
        aliyun=take_aliyun(environment),
        codes_a_day=take(
            "SHANGKE_CODES_A_DAY",
            "Text messages with codes planned for 24 hours; the worker logs an error while there are more",
            between(1, 10_000_000),
            20_000,
        ),
        mail=take(
            "SHANGKE_MAIL",
            "How e-mail goes out: `none`, `console` (printed) or `smtp`",
            member(Mail),
            Mail.CONSOLE if mode is Mode.DEVELOPMENT else Mail.NONE,
            shown="`console` in development, else `none`",
        ),
        mail_url=take(
            "SHANGKE_MAIL_URL",
            "The mail server: `smtps://name:password@host`, or `smtp:` with STARTTLS",
            url("smtp", "smtps"),
            "",
            shown="none",
        ),
        mail_from=take("SHANGKE_MAIL_FROM", "The sender of our e-mail", text, "", shown="none"),
        oauth=take_oauth(environment),
        least_versions=take(
            "SHANGKE_LEAST_VERSIONS",
            "The oldest client versions still served, by kind, like `app=2.4,web=0.1`; older ones are told to update",
            list_of(least_version),
            (),
            shown="all",
        ),
        demo=take(
            "SHANGKE_DEMO",
            "Whether `shangke up` fills an empty database with a demo school",
            flag,
            mode is Mode.DEVELOPMENT,
            shown="`1` in development",
        ),
        mini_program_submits=take(
            "SHANGKE_MINI_PROGRAM_SUBMITS", "Whether tasks can be handed in from the mini-program", flag, False
        ),
        keep_recalled=take(
            "SHANGKE_KEEP_RECALLED", "Whether the text of recalled messages is kept for audit", flag, False
        ),
        log_level=take(
            "SHANGKE_LOG_LEVEL",
            "The least level that is logged: `debug`, `info`, `warning` or `error`",
            member(LogLevel),
            LogLevel.INFO,
        ),
    )


def complete(config: Config) -> Config:
    """Fill in what follows from the rest."""
    public_url = config.public_url or f"http://{config.host}:{config.port}"
    if config.origins:
        return replace(config, public_url=public_url)
    parts = urlsplit(public_url)
    origins: tuple[str, ...] = (f"{parts.scheme}://{parts.netloc}".lower(),)
    if not config.is_production:
        local = (f"http://{host}:{config.port}" for host in LOCAL_HOSTS)
        origins = tuple(dict.fromkeys((*origins, *local)))
    return replace(config, public_url=public_url, origins=origins)


def insecure(config: Config, values: Mapping[str, str]) -> list[str]:
    """What a production process must not start with."""
    secret = config.secret.reveal()
    checks = {
        "DATABASE_URL is needed in production": not config.database_url,
        "REDIS_URL is needed in production": not config.redis_url,
        "SHANGKE_SECRET needs at least 32 characters, 10 of them different": len(secret) < 32 or len(set(secret)) < 10,
        "SHANGKE_PUBLIC_URL must be given and begin with https:": not config.public_url.startswith("https:"),
        "SHANGKE_ORIGINS may hold only https: origins": any(not each.startswith("https:") for each in config.origins),
        "SHANGKE_SMS=console prints one-time codes: set SHANGKE_SMS=http": config.sms is Sms.CONSOLE,
        "SHANGKE_SMS_URL is needed with SHANGKE_SMS=http": config.sms is Sms.HTTP and not config.sms_url,
        "SHANGKE_SMS=aliyun needs SHANGKE_ALIYUN_KEY_ID, _KEY_SECRET, _SIGN_NAME and _CODE_TEMPLATE": (
            config.sms is Sms.ALIYUN and not config.aliyun.is_complete
        ),
        "SHANGKE_MAIL=console prints one-time codes: set SHANGKE_MAIL=smtp or none": config.mail is Mail.CONSOLE,
        "SHANGKE_MAIL_URL and SHANGKE_MAIL_FROM are needed with SHANGKE_MAIL=smtp": (
            config.mail is Mail.SMTP and not (config.mail_url and config.mail_from)
        ),
        "SHANGKE_DEMO must not be on: the demo log-ins are public": config.demo,
        "DEBUG must not be set in production": values.get("DEBUG", "") not in ("", "0", "false"),
    }
    return [fault for fault, holds in checks.items() if holds]


def needing_database(config: Config) -> Config:
    """Raises: ConfigError, when there is no PostgreSQL to use."""
    if config.database_url:
        return config
    raise ConfigError("DATABASE_URL is needed; only `shangke up` brings its own PostgreSQL")


def needing_servers(config: Config) -> Config:
    """Raises: ConfigError, when there is no PostgreSQL or no Redis to use."""
    if config.redis_url:
        return needing_database(config)
    raise ConfigError("REDIS_URL is needed; only `shangke up` brings its own Redis")


def with_secret(config: Config) -> Config:
    """In development a secret that was not given is made once and kept in the data folder."""
    if config.secret:
        return config
    file = config.data / "secret"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Two processes may come here at once: the second finds the file of the first, and finds it whole.
    unfinished = file.with_name(f"secret.{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(secrets.token_urlsafe(48))
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, file)
    unfinished.unlink()
    return replace(config, secret=Secret(file.read_text().strip()))


def table() -> str:
    """The settings as a Markdown table."""
    environment = Environment({})
    take_all(environment)
    rows = [f"| `{each.name}` | {each.doc} | {each.default} |" for each in environment.variables]
    return "\n".join(["| name | what | default |", "|---|---|---|", *rows])
