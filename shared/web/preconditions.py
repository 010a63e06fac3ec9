"""ETags are record versions: the same for every token, field selection, language and coding."""

import re
from typing import Annotated

from fastapi import Depends, Header
from pydantic import JsonValue

from shared.db.versions import NO_RECORD, VersionMismatch, check_version
from shared.errors import BadRequestError, FieldError

__all__ = [
    "IfMatch",
    "IfNoneMatch",
    "UpsertMatch",
    "VersionMismatch",
    "check_version",
    "etag",
    "matches",
    "read_if_match",
]

ETAG = re.compile(r'^(?:W/)?"(\d{1,18})"$')


ONE_ETAG: dict[str, JsonValue] = {"pattern": ETAG.pattern.replace(r"\d", "[0-9]")[:-1] + r"$|^\*$"}
"""Documented, not checked by the framework: what is wrong with the header is said below."""


class BadPrecondition(BadRequestError):
    code = "bad_precondition"


def etag(version: int) -> str:
    return f'"{version}"'


async def read_if_match(
    if_match: Annotated[
        str | None, Header(description='ETag of the version to change: "7".', json_schema_extra=ONE_ETAG)
    ] = None,
) -> int | None:
    """The version that the client saw; None if it named none or `*`."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = ETAG.match(if_match.strip())
    if found is None:
        detail = 'If-Match takes one ETag of ours, such as "7".'
        raise BadPrecondition(detail, errors=[FieldError("bad_precondition", detail, header="If-Match")])
    return int(found[1])


IfMatch = Annotated[int | None, Depends(read_if_match)]


async def read_upsert_match(
    if_match: IfMatch,
    if_none_match: Annotated[str | None, Header(description="`*`: only create, never change.")] = None,
) -> int | None:
    """The version to change; NO_RECORD if the record must be new; None where both are right."""
    if if_none_match is None:
        return if_match
    if if_none_match.strip() != "*" or if_match is not None:
        detail = "An upsert takes If-None-Match: * to create only, or If-Match to change only."
        raise BadPrecondition(detail, errors=[FieldError("bad_precondition", detail, header="If-None-Match")])
    return NO_RECORD


UpsertMatch = Annotated[int | None, Depends(read_upsert_match)]
IfNoneMatch = Annotated[str | None, Header(description="ETags already held; 304 if one is current.")]


def matches(if_none_match: str | None, version: int) -> bool:
    if if_none_match is None:
        return False
    held = [ETAG.match(part.strip()) for part in if_none_match.split(",")]
    return if_none_match.strip() == "*" or any(found is not None and int(found[1]) == version for found in held)
