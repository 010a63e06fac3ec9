"""The secret part of a preference link: which tenant's and which link, signed. It holds no personal data.

48 bytes as 64 characters of base64url: tenant id, link id, and the first 16 bytes of their HMAC-SHA-256.
"""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from uuid import UUID

from contacts_service.preferences.models import PreferenceLinkNotFound

LENGTH = 64
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Claim:
    """Signed by us. Whether the link still counts its row says."""

    tenant_id: UUID
    link_id: UUID


class LinkTokens:
    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, claim: Claim) -> str:
        named = claim.tenant_id.bytes + claim.link_id.bytes
        return urlsafe_b64encode(named + self._tag(named)).decode()

    def open(self, text: str) -> Claim:
        """Raises PreferenceLinkNotFound, whatever is wrong with the token."""
        try:
            raw = b64decode(text.encode(), altchars=b"-_", validate=True) if len(text) == LENGTH else b""
        except (Base64Error, ValueError):
            raw = b""
        named, tag = raw[:-TAG_BYTES], raw[-TAG_BYTES:]
        if len(named) != 32 or not compare_digest(tag, self._tag(named)):
            raise PreferenceLinkNotFound("This link is not valid. Copy it again in full, or ask for a new one.")
        return Claim(UUID(bytes=named[:16]), UUID(bytes=named[16:]))

    def _tag(self, named: bytes) -> bytes:
        return hmac(self._key, named, sha256).digest()[:TAG_BYTES]
