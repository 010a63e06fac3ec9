"""Identifiers: UUIDv7 (RFC 9562), which sort by the time they were made."""

from uuid import UUID

import uuid_utils
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()


def new_id_text() -> str:
    """The same as text, at a fifth of the cost."""
    return str(uuid_utils.uuid7())
