"""Settings are read once; what is wrong is told at once, and production does not start on anything insecure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server import config
from server.config import Config, ConfigError, LogLevel, Mail, Mode, Sms, read, with_secret
from server.environment import Secret
from server.gateways.settings import AliyunAccount, OAuthApps

PRODUCTION = {
    "SHANGKE_MODE": "production",
    "DATABASE_URL": "postgresql://shangke:pass@db/shangke",
    "REDIS_URL": "redis://:pass@redis:6379/0",
    "SHANGKE_PUBLIC_URL": "https://class.example.edu",
    "SHANGKE_SECRET": "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHJlYWwgc2VjcmV0",
    "SHANGKE_SMS": "http",
    "SHANGKE_SMS_URL": "https://sms.example.edu/send",
}


def faults(values: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(values)
    return str(caught.value).splitlines()


def test_nothing_set_is_one_machine_in_development() -> None:
    assert read({}) == Config(
        mode=Mode.DEVELOPMENT,
        host="127.0.0.1",
        port=8000,
        nodes=2,
        node="hub",
        data=Path("data").absolute(),
        database_url="",
        redis_url="",
        database_connections=16,
        public_url="http://127.0.0.1:8000",
        origins=("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"),
        proxies=(),
        secret=Secret(),
        ops_token=Secret(),
        files_url="",
        sms=Sms.CONSOLE,
        sms_url="",
        aliyun=AliyunAccount(
            url="https://dysmsapi.aliyuncs.com",
            key_id="",
            key_secret=Secret(),
            sign_name="",
            code_template="",
            notice_template="",
        ),
        codes_a_day=20_000,
        mail=Mail.CONSOLE,
        mail_url="",
        mail_from="",
        oauth=OAuthApps(apps={}, base=""),
        least_versions=(),
        demo=True,
        mini_program_submits=False,
        keep_recalled=False,
        log_level=LogLevel.INFO,
    )


def test_production_reads_what_was_set_and_adds_nothing_local() -> None:
    found = read({**PRODUCTION, "SHANGKE_PROXIES": "10.0.0.1, 10.0.0.2", "SHANGKE_NODES": ""})
    assert (found.is_production, found.demo, found.nodes) == (True, False, 2)
    assert found.origins == ("https://class.example.edu",)
    assert found.proxies == ("10.0.0.1", "10.0.0.2")


def test_every_fault_is_told_at_once() -> None:
    values = {
        "SHANGKE_PROT": "8000",
        "SHANGKE_PORT": "80 80",
        "SHANGKE_MODE": "test",
        "SHANGKE_DEMO": "perhaps",
        "DATABASE_URL": "mysql://db",
        "SHANGKE_ORIGINS": "https://a.example,https://b.example/path",
        "HOME": "is nobody's business",
    }
    assert faults(values) == [
        "SHANGKE_PROT is not a setting (see `shangke config`)",
        "SHANGKE_MODE must be one of development, production",
        "SHANGKE_PORT must be a number from 1 to 65535",
        "DATABASE_URL must begin with postgresql: or postgres:",
        "SHANGKE_ORIGINS must be like https://class.example.edu, with nothing after the host, "
        "not 'https://b.example/path'",
        "SHANGKE_DEMO must be 1 or 0",
    ]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "1_0", "+1", "８０００", "1e3", "1" * 5000])
def test_a_port_is_a_plain_number_in_range(port: str) -> None:
    assert faults({"SHANGKE_PORT": port}) == ["SHANGKE_PORT must be a number from 1 to 65535"]


@pytest.mark.parametrize("origin", ["*", "null", "https://", "https://a.example/", "ftp://a.example", "a.example"])
def test_an_origin_is_scheme_and_host_and_never_a_wildcard(origin: str) -> None:
    assert len(faults({"SHANGKE_ORIGINS": origin})) == 1


INSECURE = [
    ("DATABASE_URL", "", "DATABASE_URL is needed in production"),
    ("REDIS_URL", "", "REDIS_URL is needed in production"),
    ("SHANGKE_SECRET", "", "SHANGKE_SECRET needs at least 32 characters, 10 of them different"),
    ("SHANGKE_SECRET", "short", "SHANGKE_SECRET needs at least 32 characters, 10 of them different"),
    ("SHANGKE_SECRET", "change" * 8, "SHANGKE_SECRET needs at least 32 characters, 10 of them different"),
    ("SHANGKE_SMS", "console", "SHANGKE_SMS=console prints one-time codes: set SHANGKE_SMS=http"),
    ("SHANGKE_SMS_URL", "", "SHANGKE_SMS_URL is needed with SHANGKE_SMS=http"),
    (
        "SHANGKE_SMS",
        "aliyun",
        "SHANGKE_SMS=aliyun needs SHANGKE_ALIYUN_KEY_ID, _KEY_SECRET, _SIGN_NAME and _CODE_TEMPLATE",
    ),
    ("SHANGKE_MAIL", "console", "SHANGKE_MAIL=console prints one-time codes: set SHANGKE_MAIL=smtp or none"),
    ("SHANGKE_MAIL", "smtp", "SHANGKE_MAIL_URL and SHANGKE_MAIL_FROM are needed with SHANGKE_MAIL=smtp"),
    ("SHANGKE_ORIGINS", "http://class.example.edu", "SHANGKE_ORIGINS may hold only https: origins"),
    ("SHANGKE_DEMO", "1", "SHANGKE_DEMO must not be on: the demo log-ins are public"),
    ("DEBUG", "1", "DEBUG must not be set in production"),
]


@pytest.mark.parametrize(("name", "value", "fault"), INSECURE)
def test_production_does_not_start_with_an_insecure_default(name: str, value: str, fault: str) -> None:
    assert faults({**PRODUCTION, name: value}) == [fault]


def test_production_does_not_start_on_plain_http() -> None:
    assert "SHANGKE_PUBLIC_URL must be given and begin with https:" in faults(
        {**PRODUCTION, "SHANGKE_PUBLIC_URL": "http://class.example.edu"}
    )


def test_no_secret_is_ever_shown() -> None:
    shown = repr(read({**PRODUCTION, "SHANGKE_OPS_TOKEN": "ops-token-of-this-test"}))
    for secret in ("pass", "Zm9y", "ops-token", "sms.example.edu"):
        assert secret not in shown


def test_a_generated_secret_is_kept_and_is_ours_alone(tmp_path: Path) -> None:
    given = read({"SHANGKE_DATA": str(tmp_path / "data")})
    first, second = with_secret(given), with_secret(given)
    assert first.secret == second.secret
    assert len(first.secret.reveal()) >= 32
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["secret"]


def test_a_given_secret_writes_nothing(tmp_path: Path) -> None:
    given = read({"SHANGKE_DATA": str(tmp_path / "data"), "SHANGKE_SECRET": "given"})
    assert with_secret(given) is given
    assert not (tmp_path / "data").exists()


def test_the_table_names_every_setting_once() -> None:
    names = re.findall(r"^\| `([A-Z_]+)` \|", config.table(), flags=re.MULTILINE)
    # One row per field; but the fields `aliyun` and `oauth` are groups, the latter of three apps and a base.
    n_settings = len(Config.__dataclass_fields__) - 2 + len(AliyunAccount.__dataclass_fields__) + 3 * 2 + 1
    assert len(names) == len(set(names)) == n_settings
