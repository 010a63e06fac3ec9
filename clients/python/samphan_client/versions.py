"""Versions of records as the arguments that the generated functions take."""

from typing import Protocol


class Versioned(Protocol):
    version: int


def if_match(record: Versioned) -> dict[str, str]:
    """A change applies only to the version that was read; else 412 `version_mismatch`."""
    return {"if_match": f'"{record.version}"'}


def if_none_match(record: Versioned) -> dict[str, str]:
    """A record is sent only if it changed; else 304 without a body."""
    return {"if_none_match": f'"{record.version}"'}
