"""Refresh tokens, derived from a secret, the sign-in and its generation: none is stored, a lost one can be repeated.

`crm_refresh_` + base64url(tenant 16 bytes, sign-in 16, generation 4, HMAC-SHA256 32).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from uuid import UUID

from shared.errors import UnauthenticatedError

PREFIX = "crm_refresh_"
BODY_BYTES = 36


class InvalidGrant(UnauthenticatedError):
    code = "invalid_grant"


@dataclass(frozen=True, slots=True)
class Grant:
    tenant_id: UUID
    sign_in_id: UUID
    generation: int


class RefreshTokens:
    def __init__(self, secret: str) -> None:
        self._secret = sha256(b"refresh:" + secret.encode()).digest()

    def seal(self, grant: Grant) -> str:
        body = grant.tenant_id.bytes + grant.sign_in_id.bytes + grant.generation.to_bytes(4)
        return PREFIX + urlsafe_b64encode(body + self._tag(body)).decode()

    def open(self, token: str) -> Grant:
        """Raises InvalidGrant."""
        try:
            raw = urlsafe_b64decode(token.removeprefix(PREFIX).encode())
        except (Base64Error, ValueError) as error:
            raise invalid() from error
        body, tag = raw[:BODY_BYTES], raw[BODY_BYTES:]
        if len(body) < BODY_BYTES or not compare_digest(tag, self._tag(body)):
            raise invalid()
        return Grant(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), int.from_bytes(body[32:]))

    def _tag(self, body: bytes) -> bytes:
        return hmac(self._secret, body, sha256).digest()


def invalid() -> InvalidGrant:
    return InvalidGrant("The refresh token is not valid, or no longer. Sign in again; local changes can be kept.")
