"""Opaque list cursors: authenticated, and bound to the tenant and the question they continue."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from hmac import compare_digest
from hmac import new as hmac
from time import time
from typing import Any
from uuid import UUID

import orjson

from shared.errors import BadRequestError, FieldError, GoneError

LIFETIME_S = 7 * 24 * 3600
TAG_BYTES = 16


class BadCursor(BadRequestError):
    code = "bad_cursor"


class CursorMismatch(BadRequestError):
    code = "cursor_mismatch"


class CursorExpired(GoneError):
    code = "cursor_expired"


class Cursors:
    """Seals the position after a page's last row. Grants no authority: the list still filters by tenant."""

    def __init__(self, secret: str) -> None:
        self._secret = sha256(b"cursor:" + secret.encode()).digest()

    def seal(self, tenant_id: UUID, question: object, position: list[Any]) -> str:
        body = orjson.dumps([_digest(question), int(time()), position])
        return urlsafe_b64encode(self._tag(tenant_id, body) + body).rstrip(b"=").decode()

    def open(self, tenant_id: UUID, question: object, text: str) -> list[Any]:
        """Raises BadCursor, CursorMismatch (other filter, sort or fields), CursorExpired."""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (Base64Error, ValueError) as error:
            raise _bad() from error
        tag, body = raw[:TAG_BYTES], raw[TAG_BYTES:]
        if not compare_digest(tag, self._tag(tenant_id, body)):
            raise _bad()
        digest, sealed_at, position = orjson.loads(body)
        if digest != _digest(question):
            raise CursorMismatch(
                "This cursor belongs to another filter, sort or search. Start again without `cursor`.",
                errors=[
                    FieldError(
                        "cursor_mismatch",
                        "made for another question",
                        parameter="cursor",
                    )
                ],
            )
        if time() - sealed_at > LIFETIME_S:
            raise CursorExpired("This cursor is older than 7 days. Start again without `cursor`.")
        return list(position)

    def _tag(self, tenant_id: UUID, body: bytes) -> bytes:
        return hmac(self._secret, tenant_id.bytes + body, sha256).digest()[:TAG_BYTES]


def _digest(question: object) -> str:
    return sha256(orjson.dumps(question, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()[:16]


def _bad() -> BadCursor:
    return BadCursor(
        "`cursor` is not one of ours. Pass `next_cursor` of the page before, unchanged.",
        errors=[FieldError("bad_cursor", "not a cursor of this list", parameter="cursor")],
    )
