"""Merges over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from contacts_service.contacts.models import Contact
from contacts_service.contacts.schemas import ContactRead
from contacts_service.merging.combining import CHOOSABLE, Values, values_of
from contacts_service.merging.models import MOST_MERGED
from contacts_service.merging.plans import Union, Wanted
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, ListTotal

SURVIVOR, OTHER = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b"


def _known_field(name: Any) -> Any:
    if isinstance(name, str) and name not in CHOOSABLE:
        raise ValueError(f"cannot be chosen; one can choose {', '.join(CHOOSABLE)}")
    return name


FieldName = Annotated[str, BeforeValidator(_known_field)]


class MergeWrite(WriteModel):
    """`contact_ids` are merged into the contact of the path. `fields` says by field whose value it is to have.

    Without a choice the survivor keeps its value, or takes the first that another one has; lists are united.
    `full_name` stands for all parts of the name.
    """

    model_config = examples(
        {"contact_ids": [OTHER], "fields": {"full_name": OTHER, "birthday": OTHER}}, {"contact_ids": [OTHER]}
    )

    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_MERGED)]
    fields: dict[FieldName, UUID] = Field(default_factory=dict, max_length=len(CHOOSABLE))

    def wanted(self) -> Wanted:
        return Wanted(self.contact_ids, self.fields)


class MergeRead(ReadModel):
    """`survivor` is shown by the requests that make or undo a merge."""

    model_config = examples(
        {"survivor_id": SURVIVOR, "merged_ids": [OTHER], "changed_fields": ["birthday", "phones"]},
        {"survivor_id": SURVIVOR, "merged_ids": [OTHER], "changed_fields": []},
    )

    id: UUID
    type: Literal["merge"]
    version: int
    created_at: Instant
    updated_at: Instant
    survivor_id: UUID
    merged_ids: list[UUID]
    changed_fields: list[str]
    merged_by: UUID | None
    undone_at: Instant | None
    undone_by: UUID | None
    survivor: ContactRead | None = ON_REQUEST


class MergeList(ReadModel):
    data: list[MergeRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class FieldValue(ReadModel):
    contact_id: UUID
    value: Any


class DifferingField(ReadModel):
    """A field in which the contacts differ: who has what, and what the survivor would have."""

    model_config = examples(
        {"field": "nickname", "values": [{"contact_id": SURVIVOR, "value": "ลี"}], "value": "ลี"},
        {"field": "nickname", "values": [{"contact_id": SURVIVOR, "value": "Lee"}], "value": "Lee"},
    )

    field: str
    values: list[FieldValue]
    value: Any


class MergePreview(ReadModel):
    survivor_id: UUID
    merged_ids: list[UUID]
    changed_fields: list[str]
    fields: list[DifferingField]

    @classmethod
    def of(cls, union: Union) -> "MergePreview":
        before, after = union.entry.before, union.entry.after
        return cls(
            survivor_id=union.entry.survivor_id,
            merged_ids=list(union.entry.merged_ids),
            changed_fields=sorted(name for name in after if after[name] != before[name]),
            fields=list(_differing(union.contacts, after)),
        )


def _differing(contacts: Sequence[Contact], after: Values) -> Sequence[DifferingField]:
    values = {contact.id: values_of(contact) for contact in contacts}
    return [
        DifferingField(
            field=name,
            values=[FieldValue(contact_id=each, value=own[name]) for each, own in values.items() if own[name]],
            value=after[name],
        )
        for name in CHOOSABLE
        if any(own[name] != values[contacts[0].id][name] for own in values.values())
    ]
