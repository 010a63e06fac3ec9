"""Which kind of credential is it, and is it good?"""

import json
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from uuid import UUID

from gateway.api_keys.key import PREFIX, parse
from gateway.auth import access, queries
from gateway.auth.access import AccessTokens, InvalidToken
from gateway.auth.callers import Caller, caller
from gateway.auth.oidc import External
from gateway.users.roles import scopes_of
from shared.auth import Principal, Visibility
from shared.db import Database
from shared.query import Reader

USER = "user"
INTEGRATION = "integration"
LOOKUP_TIMEOUT_MS = 1_000  # all requests with one credential wait for it, and 3 s more for a silent database


class Resolver:
    """`used` is told the tenant and id of each API key that was looked up."""

    def __init__(
        self, database: Database, tokens: AccessTokens, external: External | None, used: Callable[[UUID, UUID], None]
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._external = external
        self._used = used

    async def __call__(self, credential: str) -> Caller:
        """Raises InvalidToken, UnknownTenant."""
        if credential.startswith(PREFIX):
            return await self._by_api_key(credential)
        issuer = _claimed_issuer(credential)
        if issuer == access.ISSUER:
            return await self._by_sign_in(credential)
        if self._external is not None and issuer == self._external.issuer:
            return await self._external.caller(credential)
        raise InvalidToken

    async def _by_api_key(self, credential: str) -> Caller:
        key = parse(credential)
        if key is None:
            raise InvalidToken("This is not an API key of ours: its checksum is wrong. Copy it again in full.")
        async with self._database.transaction(timeout_ms=LOOKUP_TIMEOUT_MS) as session:
            row = await queries.api_key(session, key.key_id)
        if row is None or not compare_digest(row.secret_hash, key.secret_hash):
            raise InvalidToken("This API key does not exist, or was revoked.")
        if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
            raise InvalidToken("This API key has expired.")
        self._used(row.tenant_id, row.id)
        principal = Principal(row.tenant_id, row.integration_id, INTEGRATION, frozenset(row.scopes))
        ends = row.expires_at.timestamp() if row.expires_at is not None else None
        return caller(principal, row.cors_origins, expires_at=ends)

    async def _by_sign_in(self, credential: str) -> Caller:
        signed = self._tokens.verify(credential)
        reader = Reader(self._database, signed.tenant_id, LOOKUP_TIMEOUT_MS)
        row = await queries.signed_in(reader, signed.user_id, signed.sign_in_id)
        if row is None:
            raise InvalidToken
        principal = Principal(
            signed.tenant_id, signed.user_id, USER, scopes_of(row["roles"]), Visibility(row["visibility"])
        )
        return caller(principal, row["cors_origins"], expires_at=signed.expires_at)


def _claimed_issuer(token: str) -> str | None:
    """Unverified: it only says who is to verify."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (Base64Error, ValueError, RecursionError):
        return None
    return claims.get("iss") if isinstance(claims, dict) else None
