"""What clients send and see of users."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from gateway.users.roles import Role
from shared.auth import Visibility
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ClientId, Flag

Email = Annotated[EmailStr, StringConstraints(to_lower=True, max_length=320)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=10, max_length=200)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class UserCreate(WriteModel):
    model_config = examples(
        {
            "email": "malee@example.com",
            "full_name": "มาลี สวัสดี",
            "roles": ["sales"],
            "password": "correct horse battery",
        },
        {"email": "ada@example.com", "full_name": "Ada Lovelace", "roles": ["manager"], "visibility": "all"},
    )

    id: ClientId | None = None
    email: Email
    full_name: ShortText
    roles: Roles
    visibility: Visibility = Visibility.ALL
    password: Password | None = Field(
        default=None, description="Without one, the user signs in at the external issuer."
    )


class UserUpdate(WriteModel):
    """A merge patch. `disabled` ends all sessions within seconds."""

    model_config = examples({"full_name": "มาลี ใจดี", "roles": ["manager"]}, {"disabled": True})

    email: Email = ""
    full_name: ShortText = ""
    roles: Roles = []
    visibility: Visibility = Visibility.ALL
    password: Password | None = None
    disabled: Flag = False


class UserRead(ReadModel):
    model_config = examples({"visibility": "all"})

    id: UUID
    type: Literal["user"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    email: str
    full_name: str
    roles: list[str]
    visibility: str
    disabled_at: Instant | None


class UserList(ReadModel):
    data: list[UserRead]
    next_cursor: str | None
