"""Our own access tokens: what a local sign-in gives to clients. Services never see them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from time import time
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.errors import UnauthenticatedError

ISSUER = AUDIENCE = "samphan"
ALGORITHMS = ["Ed25519"]


class InvalidToken(UnauthenticatedError):
    code = "invalid_token"

    def __init__(self, detail: str = "The bearer token is not valid, or no longer. Sign in again.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


@dataclass(frozen=True, slots=True)
class Access:
    """Who signed in where. `expires_at` is in seconds since the epoch."""

    tenant_id: UUID
    user_id: UUID
    sign_in_id: UUID
    expires_at: float


class AccessTokens:
    def __init__(self, private_key: str, lifetime_s: int, clock: Callable[[], float] = time) -> None:
        self._key = OKPKey.import_key(json.loads(private_key))
        self.lifetime_s = lifetime_s
        self._clock = clock

    def mint(self, tenant_id: UUID, user_id: UUID, sign_in_id: UUID) -> str:
        issued = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": issued,
            "exp": issued + self.lifetime_s,
            "sub": str(user_id),
            "tenant": str(tenant_id),
            "sid": str(sign_in_id),
        }
        return jwt.encode({"alg": ALGORITHMS[0], "typ": "at+jwt"}, claims, self._key, algorithms=ALGORITHMS)

    def verify(self, token: str) -> Access:
        """Raises InvalidToken."""
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._key, algorithms=ALGORITHMS).claims
            registry.validate(claims)
            tenant_id, user_id, sign_in_id = (UUID(str(claims[name])) for name in ("tenant", "sub", "sid"))
            return Access(tenant_id, user_id, sign_in_id, float(claims["exp"]))
        except (JoseError, ValueError, KeyError, RecursionError) as error:
            raise InvalidToken from error
