"""How tags of a contact change."""

from collections.abc import Sequence

from contacts_service.contacts.many import Change
from contacts_service.contacts.models import Contact
from contacts_service.contacts.tag_names import MAX_TAGS, changed_tags, tag_key
from contacts_service.tags.models import TooManyTags


def retag(*, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Change:
    """The change raises TooManyTags."""
    keys = frozenset(map(tag_key, remove))

    def change(contact: Contact) -> list[str]:
        tags = changed_tags(contact.tags, add=add, remove=keys)
        if len(tags) > MAX_TAGS and len(tags) > len(contact.tags):
            raise TooManyTags(f"A contact has at most {MAX_TAGS} tags. Remove those not in use.")
        return contact.change({"tags": tags})

    return change
