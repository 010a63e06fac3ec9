"""What buying roles tell the other services."""

from typing import Self
from uuid import UUID

from contacts_service.buying_roles.models import BuyingRole
from shared.messaging.event import Event


class RoleAssigned(Event, type="contacts.role.assigned.v1", key="contact_id", subject="buying_role_id"):
    """These are now a contact's roles when a company buys; none if it has no part in it any more."""

    buying_role_id: UUID
    version: int
    company_id: UUID
    contact_id: UUID
    roles: list[str]
    influence: str | None
    attitude: str | None

    @classmethod
    def of(cls, role: BuyingRole) -> Self:
        copied = {name: getattr(role, name) for name in cls.model_fields if hasattr(BuyingRole, name)}
        if role.deleted_at is not None:
            copied |= {"roles": [], "influence": None, "attitude": None}
        return cls(buying_role_id=role.id, **copied)
