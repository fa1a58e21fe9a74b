"""compose.yaml starts: every service's settings are ones a production process accepts, and no secret has a default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from server.config import Config, read
from server.store import schema

COMPOSE = Path(__file__).resolve().parents[1] / "compose.yaml"
GIVEN = {
    "SHANGKE_PUBLIC_URL": "https://class.example.edu",
    "SHANGKE_SECRET": "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHJlYWwgc2VjcmV0",
    "SHANGKE_SMS_URL": "https://sms.example.edu/send",
    "OPS_TOKEN": "ops",
    "POSTGRES_PASSWORD": "owner",
    "APP_PASSWORD": "app",
    "REDIS_PASSWORD": "bell",
}
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+)(?P<lack>:\?[^}]*)?\}")


def settings(service: str) -> Config:
    """What the process of `service` would read."""
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    environment = services[service]["environment"]
    filled = {name: VARIABLE.sub(lambda found: GIVEN[found["name"]], str(value)) for name, value in environment.items()}
    return read(filled)


@pytest.mark.parametrize("service", ["hub-1", "hub-2", "worker", "migrate"])
def test_every_process_accepts_its_settings(service: str) -> None:
    found = settings(service)
    assert found.is_production
    assert found.redis_url == "redis://:bell@redis:6379/0"


def test_only_the_migration_owns_the_tables() -> None:
    assert settings("migrate").database_url == "postgresql://shangke:owner@postgres/shangke"
    for service in ("hub-1", "hub-2", "worker"):
        assert settings(service).database_url == f"postgresql://{schema.APP}:app@postgres/shangke"


def test_security_99_redis_wants_a_password_and_neither_it_nor_postgres_is_reached_from_outside() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    command = services["redis"]["command"]
    assert command[command.index("--requirepass") + 1] == "${REDIS_PASSWORD}"
    assert [name for name in ("redis", "postgres") if "ports" in services[name]] == []


def test_no_secret_has_a_default() -> None:
    text = COMPOSE.read_text()
    assert not re.findall(r"\$\{[A-Z_]+:?-", text)
    required = {found["name"] for found in VARIABLE.finditer(text) if found["lack"]}
    assert required >= {"SHANGKE_SECRET", "POSTGRES_PASSWORD", "APP_PASSWORD", "OPS_TOKEN", "GRAFANA_PASSWORD"}
