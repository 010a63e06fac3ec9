"""What clients send and see of API keys."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from shared.db.record import now
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ClientId

Scope = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z_]*:(\*|[a-z][a-z_]*))$", max_length=60)]


class ApiKeyCreate(WriteModel):
    """`name` is the integration's: at most two live keys share one, so that keys can be rotated without a gap."""

    model_config = examples(
        {"name": "ร้านค้าออนไลน์", "scopes": ["contacts:read", "contacts:write"]},
        {"name": "Web shop", "scopes": ["contacts:read", "interactions:write"], "expires_at": "2027-12-31T00:00:00Z"},
    )

    id: ClientId | None = None
    name: ShortText
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]
    expires_at: Instant | None = None

    @field_validator("expires_at")
    @classmethod
    def _in_future(cls, value: Instant | None) -> Instant | None:
        if value is not None and value <= now():
            raise ValueError("lies in the past")
        return value


class ApiKeyRead(ReadModel):
    """`hint` is the visible beginning of the key."""

    id: UUID
    type: Literal["api_key"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    name: str
    integration_id: UUID
    scopes: list[str]
    hint: str = Field(examples=["crm_live_0QjLdxnn"])
    expires_at: Instant | None = Field(examples=[None, "2027-12-31T00:00:00.000Z"])
    last_used_at: Instant | None


class ApiKeyCreated(ApiKeyRead):
    """`key` is shown this once."""

    key: str = Field(examples=["crm_live_0QjLdxnnEyxn_eMidxUwu1Yi7hAS0nnr343Zo37rqqPswVxL9iipue7U0lL9t7"])


class ApiKeyList(ReadModel):
    data: list[ApiKeyRead]
    next_cursor: str | None
