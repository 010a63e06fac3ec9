"""Which lists a person sees: one rule, for reads and for commands."""

from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, bindparam, or_

from contacts_service.lists.models import ContactList, Visibility

LISTS = ContactList.__table__
ACTOR = bindparam("actor_id", type_=Uuid())
SEEN: ColumnElement[bool] = or_(
    LISTS.c.visibility == Visibility.ALL.value,
    LISTS.c.owner_id == ACTOR,
    (LISTS.c.visibility == Visibility.SHARED.value) & (any_(LISTS.c.shared_with) == ACTOR),
)


def sees(record: ContactList, actor_id: UUID) -> bool:
    shared = record.visibility == Visibility.SHARED and actor_id in record.shared_with
    return record.visibility == Visibility.ALL or record.owner_id == actor_id or shared
