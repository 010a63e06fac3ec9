"""What clients send and see of users."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from gateway.users.roles import Role
from shared.auth import Visibility
from shared.web import Instant, ReadModel, ShortText, WriteModel
from shared.web.types import ClientId

Email = Annotated[EmailStr, StringConstraints(to_lower=True, max_length=320)]
Password = Annotated[str, StringConstraints(strip_whitespace=False, min_length=10, max_length=200)]
Roles = Annotated[list[Role], Field(min_length=1, max_length=len(Role))]


class UserCreate(WriteModel):
    id: ClientId | None = None
    email: Email = Field(examples=["somchai@example.com"])
    full_name: ShortText = Field(examples=["สมชาย ใจดี"])
    roles: Roles = Field(examples=[["sales"]])
    visibility: Visibility = Visibility.ALL
    password: Password | None = Field(
        default=None, description="Without one, the user signs in at the external issuer."
    )


class UserUpdate(WriteModel):
    """A merge patch. `disabled` ends all sessions within seconds."""

    email: Email = Field(default="", examples=["somchai@example.com"])
    full_name: ShortText = Field(default="", examples=["สมชาย ใจดี"])
    roles: Roles = Field(default=[], examples=[["manager"]])
    visibility: Visibility = Visibility.ALL
    password: Password | None = None
    disabled: bool = False


class UserRead(ReadModel):
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
