"""What a caller learns of itself."""

from typing import Literal
from uuid import UUID

from shared.web import ReadModel


class Me(ReadModel):
    """The caller: a user, or the integration of an API key."""

    id: UUID
    kind: Literal["user", "integration"]
    tenant_id: UUID
    tenant_name: str
    locale: str
    time_zone: str
    email: str | None
    full_name: str
    roles: list[str]
    scopes: list[str]
    visibility: str
