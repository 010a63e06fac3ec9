"""What a merge is to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contacts_service.contacts.models import Contact
from contacts_service.merging.ledger import Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to merge into the survivor, and by field whose value it is to have."""

    merged_ids: Sequence[UUID]
    choices: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class Union:
    """The contacts, the survivor first, and the merge that would make them one."""

    contacts: Sequence[Contact]
    entry: Entry
