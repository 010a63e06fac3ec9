"""What a caller learns of itself."""

from typing import Literal
from uuid import UUID

from shared.web import ReadModel, examples


class Me(ReadModel):
    """The caller: a user, or the integration of an API key."""

    model_config = examples(
        {
            "kind": "user",
            "tenant_name": "ร้านสัมพันธ์",
            "locale": "th",
            "time_zone": "Asia/Bangkok",
            "email": "malee@example.com",
            "full_name": "มาลี สวัสดี",
            "roles": ["sales"],
            "scopes": ["contacts:read", "contacts:write"],
            "visibility": "all",
        },
        {
            "kind": "integration",
            "tenant_name": "Samphan Ltd",
            "locale": "en",
            "time_zone": "Europe/London",
            "full_name": "Web shop",
            "roles": [],
            "scopes": ["contacts:read"],
            "visibility": "all",
        },
    )

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
