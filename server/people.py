"""What people may do with their accounts once they are in, joined: the REST room `people` asks for it here."""

from __future__ import annotations

from dataclasses import dataclass

from server.account_closing import AccountClosing
from server.config import Config
from server.confirmation import Confirmation
from server.entrance import Entrance
from server.gateways.mail import Mail
from server.gateways.sms import Sms
from server.login_methods import LoginMethods
from server.notices import Notices
from server.oauth import OAuth


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    confirmation: Confirmation
    methods: LoginMethods
    closing: AccountClosing
    oauth: OAuth


def open_people(config: Config, entrance: Entrance, sms: Sms, mail: Mail) -> People:
    notices = Notices(sms=sms, mail=mail)
    confirmation = Confirmation(
        database=entrance.database,
        limiter=entrance.limiter,
        passwords=entrance.passwords,
        codes=entrance.codes,
        now=entrance.now,
    )
    methods = LoginMethods(
        database=entrance.database,
        passwords=entrance.passwords,
        codes=entrance.codes,
        confirmation=confirmation,
        notices=notices,
        bus=entrance.bus,
        now=entrance.now,
    )
    closing = AccountClosing(
        database=entrance.database,
        confirmation=confirmation,
        notices=notices,
        bus=entrance.bus,
        now=entrance.now,
    )
    oauth = OAuth(
        database=entrance.database,
        apps=config.oauth,
        return_url=f"{config.public_url}/oauth",
        confirmation=confirmation,
        methods=methods,
        notices=notices,
        entrance=entrance,
        now=entrance.now,
    )
    return People(confirmation=confirmation, methods=methods, closing=closing, oauth=oauth)
