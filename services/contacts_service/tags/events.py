"""What the registry of tags tells the other services. Contacts tell of their tags themselves."""

from typing import Self
from uuid import UUID

from contacts_service.tags.models import Tag
from shared.messaging.event import Event


class TagState(Event):
    """The whole of what is known of a tag."""

    tag_id: UUID
    version: int
    name: str
    colour: str | None
    label_th: str | None
    label_en: str | None

    @classmethod
    def of(cls, tag: Tag) -> Self:
        return cls(
            tag_id=tag.id,
            version=tag.version,
            name=tag.name,
            colour=tag.colour,
            label_th=tag.label_th,
            label_en=tag.label_en,
        )


class TagCreated(TagState, type="contacts.tag.created.v1", key="tag_id"):
    """A tag was registered by someone."""


class TagUpdated(TagState, type="contacts.tag.updated.v1", key="tag_id"):
    """A tag has another name, colour or label. Of another name, its contacts follow one by one."""


class TagDeleted(TagState, type="contacts.tag.deleted.v1", key="tag_id"):
    """A tag was deleted, or became a part of another. Its contacts follow one by one."""
