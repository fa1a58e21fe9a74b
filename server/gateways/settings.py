"""What an operator says of the services of others that we use. Part of `server.config`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.environment import Environment, Secret, text, url


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunAccount:
    url: str
    key_id: str
    key_secret: Secret
    sign_name: str
    code_template: str
    notice_template: str  # empty: notices are not sent by this driver

    @property
    def is_complete(self) -> bool:
        return all((self.key_id, self.key_secret, self.sign_name, self.code_template))


def take_aliyun(environment: Environment) -> AliyunAccount:
    take = environment.take
    return AliyunAccount(
        url=take(
            "SHANGKE_ALIYUN_URL",
            "The endpoint of Aliyun's SMS service",
            url("http", "https"),
            "https://dysmsapi.aliyuncs.com",
        ),
        key_id=take("SHANGKE_ALIYUN_KEY_ID", "The AccessKey id for it", text, "", shown="none"),
        key_secret=take("SHANGKE_ALIYUN_KEY_SECRET", "The AccessKey secret for it", Secret, Secret(), shown="none"),
        sign_name=take("SHANGKE_ALIYUN_SIGN_NAME", "The approved signature (签名)", text, "", shown="none"),
        code_template=take(
            "SHANGKE_ALIYUN_CODE_TEMPLATE", "The template of one-time codes; takes `code`", text, "", shown="none"
        ),
        notice_template=take(
            "SHANGKE_ALIYUN_NOTICE_TEMPLATE",
            "The template of notices about changes; takes `change`",
            text,
            "",
            shown="none: notices are not sent",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApp:
    """How another's service knows us."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthApps:
    """By provider; one without an app is not offered. `base`: what stands before the providers' own hosts."""

    apps: Mapping[str, OAuthApp] = field(hash=False)
    base: str


def take_oauth(environment: Environment) -> OAuthApps:
    apps = {
        provider: OAuthApp(
            id=environment.take(f"SHANGKE_{provider.upper()}_ID", f"Our app at {name}", text, "", shown="none"),
            secret=environment.take(
                f"SHANGKE_{provider.upper()}_SECRET", f"Its secret at {name}", Secret, Secret(), shown="none"
            ),
        )
        for provider, name in (("wechat", "WeChat"), ("qq", "QQ"), ("weibo", "Weibo"))
    }
    base = environment.take(
        "SHANGKE_OAUTH_BASE",
        "A gateway through which WeChat, QQ and Weibo are reached, as `BASE/host/path`",
        url("http", "https"),
        "",
        shown="none: directly",
    )
    return OAuthApps(apps={name: app for name, app in apps.items() if app.id and app.secret}, base=base)
