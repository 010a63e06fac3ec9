"""Links that open one export for a day, without signing in: whoever has the link has the data."""

import json
from dataclasses import dataclass
from time import time
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import UnauthenticatedError

ALGORITHMS = ["Ed25519"]
AUDIENCE = "samphan-privacy-export"
LIFETIME_S = 24 * 3600


class InvalidLink(UnauthenticatedError):
    code = "invalid_link"
    title = ("The link is not valid any more", "ลิงก์นี้ใช้ไม่ได้แล้ว")


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is for; `actor_id` made it."""

    tenant_id: UUID
    request_id: UUID
    actor_id: UUID


def sign(private_key: str, what: Opened, *, expires_at: int) -> str:
    claims = {
        "aud": AUDIENCE,
        "exp": expires_at,
        "sub": str(what.request_id),
        "tenant": str(what.tenant_id),
        "actor": str(what.actor_id),
    }
    return jwt.encode({"alg": ALGORITHMS[0]}, claims, _key(private_key), algorithms=ALGORITHMS)


def read(private_key: str, token: str) -> Opened:
    """Raises InvalidLink."""
    registry = jwt.JWTClaimsRegistry(
        now=int(time()), aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}, sub={"essential": True}
    )
    try:
        claims = jwt.decode(token, _key(private_key), algorithms=ALGORITHMS).claims
        registry.validate(claims)
        return Opened(UUID(str(claims["tenant"])), UUID(str(claims["sub"])), UUID(str(claims["actor"])))
    except (JoseError, ValueError, KeyError, RecursionError) as error:
        raise InvalidLink("The link is wrong, or older than 24 hours. Make a new one.") from error


def _key(private_key: str) -> OKPKey:
    return OKPKey.import_key(json.loads(private_key))
