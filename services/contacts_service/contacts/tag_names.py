"""When two spellings are one tag. Pure functions."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence

from contacts_service.contacts.texts import clean_text

MAX_TAGS = 50
"""Of one contact."""


def tag_key(tag: str) -> str:
    """What the spellings of one tag share: no case, no invisible characters, single spaces, NFC (Thai as well)."""
    return unicodedata.normalize("NFC", clean_text(tag).casefold())


def distinct_tags(tags: Iterable[str]) -> list[str]:
    """In order, each by its first spelling."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag_key(tag), tag)
    return list(first.values())


def changed_tags(tags: Sequence[str], *, add: Iterable[str] = (), remove: Collection[str] = ()) -> list[str]:
    """`remove` are keys. What a contact has already keeps its spelling."""
    return distinct_tags([*(tag for tag in tags if tag_key(tag) not in remove), *add])


def replaced_tag(tags: Sequence[str], key: str, name: str | None) -> list[str]:
    """With `name` in the place of the tag, or nothing."""
    renamed = (name if tag_key(tag) == key else tag for tag in tags)
    return distinct_tags(tag for tag in renamed if tag is not None)
