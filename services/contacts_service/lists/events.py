"""What lists tell the other services."""

from typing import Self
from uuid import UUID

from contacts_service.lists.models import ContactList
from shared.messaging.event import Event

MOST_IDS = 1_000


class ListState(Event):
    """The whole of a list but its members, which `members_changed` tells of."""

    list_id: UUID
    version: int
    name: str
    visibility: str
    shared_with: list[UUID]
    is_personal: bool
    owner_id: UUID | None

    @classmethod
    def of(cls, record: ContactList) -> Self:
        return cls(
            list_id=record.id,
            version=record.version,
            name=record.name,
            visibility=record.visibility,
            shared_with=record.shared_with,
            is_personal=record.is_personal,
            owner_id=record.owner_id,
        )


class ListCreated(ListState, type="contacts.list.created.v1", key="list_id"):
    """A list of contacts now exists."""


class ListUpdated(ListState, type="contacts.list.updated.v1", key="list_id"):
    """A list has another name, or other people see it."""


class ListDeleted(ListState, type="contacts.list.deleted.v1", key="list_id"):
    """A list was deleted; its contacts stay."""


class ListMembersChanged(Event, type="contacts.list.members_changed.v1", key="list_id"):
    """Contacts came to a list or left it: at most 1000 in one event, of more there are several."""

    list_id: UUID
    added: list[UUID]
    removed: list[UUID]
