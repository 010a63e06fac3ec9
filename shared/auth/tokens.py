"""Internal tokens: short-lived EdDSA JWTs (RFC 8037) by which the gateway vouches for a caller to one service."""

import json
from collections import OrderedDict
from collections.abc import Callable
from time import time
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.auth.principal import Principal, Visibility
from shared.errors import UnauthenticatedError

ISSUER = "samphan-gateway"
ALGORITHMS = ["Ed25519"]
LIFETIME_S = 60
LEEWAY_S = 60
CACHE_SIZE = 4096


class InvalidToken(UnauthenticatedError):
    code = "invalid_token"


class TokenMinter:
    """Mints tokens, and hands the same one out again for half of its life: signing costs more than a lookup."""

    def __init__(self, private_key: str, clock: Callable[[], float] = time) -> None:
        self._key = OKPKey.import_key(json.loads(private_key))
        self._clock = clock
        self._minted: OrderedDict[tuple[Principal, str], tuple[str, float]] = OrderedDict()

    def mint(self, principal: Principal, audience: str) -> str:
        wanted = (principal, audience)
        token, renew_at = self._minted.get(wanted, ("", 0.0))
        if self._clock() >= renew_at:
            token = self._sign(principal, audience)
            self._minted[wanted] = token, self._clock() + LIFETIME_S / 2
            _trim(self._minted)
        return token

    def _sign(self, principal: Principal, audience: str) -> str:
        issued = int(self._clock())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "iat": issued,
            "exp": issued + LIFETIME_S,
            "sub": str(principal.actor_id),
            "tenant": str(principal.tenant_id),
            "kind": principal.kind,
            "scope": " ".join(sorted(principal.scopes)),
            "visibility": principal.visibility.value,
        }
        return jwt.encode(
            {"alg": ALGORITHMS[0], "typ": "at+jwt"},
            claims,
            self._key,
            algorithms=ALGORITHMS,
        )


class TokenVerifier:
    """Verifies tokens of one audience, with a bounded cache keyed by the whole token. Failures are not cached."""

    def __init__(self, public_key: str, audience: str, clock: Callable[[], float] = time) -> None:
        self._key = OKPKey.import_key(json.loads(public_key))
        self._audience = audience
        self._clock = clock
        self._verified: OrderedDict[str, tuple[Principal, float]] = OrderedDict()

    def verify(self, token: str) -> Principal:
        """Raises InvalidToken."""
        principal, expires_at = self._verified.get(token, (None, 0.0))
        if principal is not None and self._clock() < expires_at:
            return principal
        principal, expires_at = self._decode(token)
        self._verified[token] = principal, expires_at
        _trim(self._verified)
        return principal

    def _decode(self, token: str) -> tuple[Principal, float]:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
            tenant={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._key, algorithms=ALGORITHMS).claims
            registry.validate(claims)
            return _principal(claims), float(claims["exp"]) + LEEWAY_S
        except (JoseError, ValueError, KeyError, RecursionError) as error:
            raise InvalidToken("The token of this request is not valid.") from error


def _principal(claims: dict[str, object]) -> Principal:
    return Principal(
        tenant_id=UUID(str(claims["tenant"])),
        actor_id=UUID(str(claims["sub"])),
        kind=str(claims["kind"]),
        scopes=frozenset(str(claims["scope"]).split()),
        visibility=Visibility(str(claims["visibility"])),
    )


def _trim(cache: "OrderedDict[Any, Any]") -> None:
    while len(cache) > CACHE_SIZE:
        cache.popitem(last=False)
