"""What signing in needs, made once by `create_app`."""

from dataclasses import dataclass

from fastapi import Request

from gateway.auth.access import AccessTokens
from gateway.auth.callers import Callers
from gateway.auth.refresh import RefreshTokens
from gateway.rates import Quota
from gateway.settings import Settings
from gateway.users.passwords import Passwords
from shared.db import Database


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    database: Database
    access: AccessTokens
    refresh: RefreshTokens
    passwords: Passwords
    callers: Callers
    sign_ins: Quota


def parts(request: Request) -> Parts:
    have: Parts = request.app.state.auth
    return have
