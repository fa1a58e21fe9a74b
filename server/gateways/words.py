"""What messages to people say, however they travel."""

from __future__ import annotations

from typing import Literal

from server.one_time_code import TIME_TO_LIVE, Purpose

Change = Literal["bound", "unbound", "phone_changed", "password_changed", "closed", "restored"]

_WISHES: dict[Purpose, str] = {
    "register": "注册",
    "login": "登录",
    "reset": "重设密码",
    "bind": "绑定登录方式",
    "confirm": "验证身份",
}
_CHANGES: dict[Change, str] = {
    "bound": "新绑定了一种登录方式",
    "unbound": "解绑了一种登录方式",
    "phone_changed": "更换了绑定的手机号",
    "password_changed": "修改了密码",
    "closed": "已注销",
    "restored": "已恢复",
}


def code_text(code: str, purpose: Purpose) -> str:
    minutes = int(TIME_TO_LIVE.total_seconds() // 60)
    return f"【上课】{code} 是你的{_WISHES[purpose]}验证码，{minutes} 分钟内有效。请勿告诉他人。"


def notice_text(change: Change) -> str:
    return f"【上课】你的账号{_CHANGES[change]}。如非本人操作，请立即修改密码或联系客服。"
