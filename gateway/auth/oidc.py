"""Access tokens of an external OpenID Connect issuer (RFC 9068 and what real issuers send)."""

import asyncio
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import aiohttp
from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from sqlalchemy.dialects.postgresql import insert

from gateway.auth import queries
from gateway.auth.access import InvalidToken
from gateway.auth.callers import Caller, caller
from gateway.users.models import User
from gateway.users.roles import Role, scopes_of
from shared.auth import Principal
from shared.db import Database
from shared.errors import ForbiddenError, UnavailableError
from shared.observability.context import Context
from shared.query import Reader

ALGORITHMS = ["RS256", "ES256", "EdDSA", "Ed25519"]
KEYS_LIFETIME_S = 600
REFRESH_COOLDOWN_S = 30
FETCH_TIMEOUT_S = 5
LEEWAY_S = 30
MAX_KEYS_BYTES = 256 * 1024


class UnknownTenant(ForbiddenError):
    code = "unknown_tenant"


class IssuerAway(UnavailableError):
    code = "issuer_unavailable"


@dataclass(frozen=True, slots=True)
class Issuer:
    """`jwks_url` is found by discovery if not given. Claims are named by dotted paths."""

    issuer: str
    audience: str
    jwks_url: str | None = None
    tenant_claim: str = "tenant_id"
    roles_claim: str = "roles"


class SigningKeys:
    """The issuer's public keys, fetched again after 10 minutes, and for an unknown key id at once (with a cooldown)."""

    def __init__(self, issuer: Issuer, clock: Callable[[], float] = monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def with_id(self, key_id: str | None) -> KeySet:
        """Raises IssuerAway if keys were never fetched; old keys do while the issuer is away."""
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    await self._refresh()
        if self._keys is None:
            raise IssuerAway("The sign-in service cannot be asked for its keys. Try again.")
        return self._keys

    def _is_due(self, key_id: str | None) -> bool:
        age_s = self._clock() - self._fetched_at
        known = self._keys is not None and (key_id is None or any(key.kid == key_id for key in self._keys.keys))
        return age_s > (KEYS_LIFETIME_S if known else REFRESH_COOLDOWN_S)

    async def _refresh(self) -> None:
        self._fetched_at = self._clock()
        try:
            self._keys = KeySet.import_key_set(await self._fetch())
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, JoseError):
            return

    async def _fetch(self) -> Any:
        timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            url = self._issuer.jwks_url
            if url is None:
                about = await _get(session, self._issuer.issuer.rstrip("/") + "/.well-known/openid-configuration")
                url = about["jwks_uri"]
            return await _get(session, url)


async def _get(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url, allow_redirects=False) as response:
        response.raise_for_status()
        return json.loads(await response.content.read(MAX_KEYS_BYTES))


class External:
    """Callers who signed in elsewhere. Their user is made at first sight, so that records can name them."""

    def __init__(self, issuer: Issuer, database: Database, clock: Callable[[], float] = time) -> None:
        self.issuer = issuer.issuer
        self._settings = issuer
        self._keys = SigningKeys(issuer)
        self._database = database
        self._clock = clock

    async def caller(self, token: str) -> Caller:
        """Raises InvalidToken, UnknownTenant, IssuerAway."""
        claims = await self._verify(token)
        tenant_id = _tenant(claim(claims, self._settings.tenant_claim))
        user_id = uuid5(NAMESPACE_URL, f"{self.issuer}#{claims['sub']}")
        found = await queries.tenant_and_user(Reader(self._database, tenant_id), user_id)
        if found is None:
            raise _unknown_tenant()
        roles = _roles(claim(claims, self._settings.roles_claim))
        if found["user_id"] is None:
            await self._remember(tenant_id, user_id, claims, roles)
        elif found["disabled_at"] is not None or found["deleted_at"] is not None:
            raise InvalidToken
        principal = Principal(tenant_id, user_id, "user", scopes_of(roles))
        return caller(principal, found["cors_origins"], expires_at=float(claims["exp"]))

    async def _verify(self, token: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            key_id = jws.extract_compact(token.encode()).headers().get("kid")
            keys = await self._keys.with_id(key_id)
            claims = _decode(token, keys)
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, RecursionError) as error:
            raise InvalidToken from error
        return claims

    async def _remember(self, tenant_id: UUID, user_id: UUID, claims: Mapping[str, Any], roles: list[str]) -> None:
        email = str(claims.get("email") or f"{user_id}@users.invalid").lower()[:320]
        values = {
            "tenant_id": tenant_id,
            "id": user_id,
            "version": 1,
            "email": email,
            "full_name": str(claims.get("name") or email)[:200],
            "roles": roles,
            "visibility": "all",
        }
        async with self._database.transaction(Context(tenant_id=tenant_id, actor_id=user_id)) as session:
            await session.execute(insert(User).values(**values).on_conflict_do_nothing())


def _decode(token: str, keys: KeySet) -> dict[str, Any]:
    """Issuers still say EdDSA, which RFC 9864 renamed to Ed25519; the library warns of it each time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        return claims


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """`realm_access.roles` looks inside; a name with a dot in it (an URL) is found as it is."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _roles(value: Any) -> list[str]:
    given = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    return [role.value for role in Role if role.value in given]


def _tenant(value: Any) -> UUID:
    try:
        return UUID(str(value))
    except ValueError as error:
        raise _unknown_tenant() from error


def _unknown_tenant() -> UnknownTenant:
    return UnknownTenant("Your account belongs to no business here. Ask an administrator.")
