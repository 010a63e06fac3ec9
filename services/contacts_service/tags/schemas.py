"""Tags over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.many_schemas import ContactIds
from contacts_service.contacts.parts import Line100
from contacts_service.contacts.parts import Tag as TagName
from contacts_service.contacts.tag_names import distinct_tags
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import ABSENT, ON_REQUEST, ListTotal

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(str.lower)]
TagNames = Annotated[list[TagName], Field(max_length=20), AfterValidator(distinct_tags)]


class TagUpdate(WriteModel):
    """A merge patch. Another name is given by `rename`, for it changes contacts."""

    model_config = examples(
        {"colour": "#e91e63", "label_th": "ลูกค้าประจำ"}, {"colour": "#3f51b5", "label_en": "Regular"}
    )

    colour: Colour | None = ABSENT
    label_th: Line100 = ABSENT
    label_en: Line100 = ABSENT


class TagCreate(TagUpdate):
    model_config = examples(
        {"name": "ลูกค้าประจำ", "colour": "#e91e63", "label_en": "Regular"}, {"name": "VIP", "label_th": "วีไอพี"}
    )

    name: TagName


class TagRename(WriteModel):
    model_config = examples({"name": "ลูกค้าประจำ"}, {"name": "Regular"})

    name: TagName


class TagMerge(WriteModel):
    """`tag_id` is the other tag, which becomes a part of this one."""

    model_config = examples({"tag_id": "01900000-0000-7000-8000-000000000002"})

    tag_id: UUID


class TagChange(WriteModel):
    """At most 1000 contacts. What they have already, or never had, is left alone."""

    model_config = examples(
        {"contact_ids": ["01900000-0000-7000-8000-000000000001"], "add": ["ลูกค้าประจำ"], "remove": ["ลูกค้าใหม่"]},
        {"contact_ids": ["01900000-0000-7000-8000-000000000001"], "add": ["VIP"]},
    )

    contact_ids: ContactIds
    add: TagNames = Field(default_factory=list)
    remove: TagNames = Field(default_factory=list)


class TagRead(ReadModel):
    """`contacts` is the number of live contacts that have it."""

    model_config = examples(
        {"name": "ลูกค้าประจำ", "colour": "#e91e63", "label_en": "Regular", "contacts": 1_204},
        {"name": "VIP", "label_th": "วีไอพี", "contacts": 87},
    )

    id: UUID
    type: Literal["tag"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    name: str
    colour: str | None
    label_th: str | None
    label_en: str | None
    contacts: int


class TagList(ReadModel):
    data: list[TagRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
