"""What other services may want to know of users."""

from typing import Any
from uuid import UUID

from shared.messaging import Event


class _UserEvent(Event):
    user_id: UUID
    version: int


class _UserState(_UserEvent):
    email: str
    full_name: str
    roles: list[str]
    disabled: bool


class UserCreated(_UserState, type="gateway.user.created.v1", key="user_id"):
    """Someone can now be responsible for records."""


class UserUpdated(_UserState, type="gateway.user.updated.v1", key="user_id"):
    """Name, roles or standing changed; carries the whole new state."""


class UserDeleted(_UserEvent, type="gateway.user.deleted.v1", key="user_id"):
    """The account is gone; records keep the id."""


def state_of(user: Any) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "version": user.version,
        "email": user.email,
        "full_name": user.full_name,
        "roles": user.roles,
        "disabled": user.disabled_at is not None,
    }
