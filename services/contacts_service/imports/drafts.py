"""The contacts that rows make if nobody is found who they are about. Made by the thread that reads the file: meanwhile
the database stores the rows before.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from contacts_service.contacts.derived import Nameless
from contacts_service.contacts.models import Contact, contact_of, new_values
from contacts_service.contacts.search import SearchRow, search_row

LATER = ("company_id", "custom_fields")
"""What only the database can tell. Nothing else follows from it."""


class Draft(NamedTuple):
    """`values` are of a contact's columns. Not to be changed: the row may be tried again."""

    values: Mapping[str, Any]
    search: SearchRow

    def contact(self, tenant_id: UUID, given: Mapping[str, Any]) -> Contact:
        """Made of the draft, with what is known by now."""
        contact = contact_of(tenant_id, self.values)
        for name in LATER:
            if name in given:
                vars(contact)[name] = given[name]
        return contact


def draft_of(tenant_id: UUID, given: Mapping[str, Any]) -> Draft | None:
    """None for a row that names nobody."""
    try:
        values = new_values(given)
    except Nameless:
        return None
    return Draft(values, search_row(tenant_id, values))
