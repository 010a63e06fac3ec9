"""Contacts as this service shows them, inside what happened with them."""

from typing import Literal
from uuid import UUID

from shared.web import ReadModel
from shared.web.types import ExternalIdRead


class KnownContactRead(ReadModel):
    """As it was told here last; `GET /v1/contacts/{id}` has the whole of it."""

    id: UUID
    type: Literal["contact"]
    version: int
    full_name: str | None
    emails: list[str]
    phones: list[str]
    external_ids: list[ExternalIdRead]
    owner_id: UUID | None
