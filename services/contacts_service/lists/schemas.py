"""Lists of contacts over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from contacts_service.contacts.values import clean_text
from contacts_service.lists.models import Visibility
from contacts_service.lists.sets import Operator
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.search_trees import Condition
from shared.web.types import ABSENT, ON_REQUEST, ListTotal

MOST_CONTACTS = 1_000
MOST_LISTS = 10
Ids = Annotated[list[UUID], Field(max_length=MOST_CONTACTS), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]
Name = Annotated[ShortText, AfterValidator(clean_text)]
Description = Annotated[str, Field(max_length=1000), AfterValidator(clean_text)]
SharedWith = Annotated[list[UUID], Field(max_length=100), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]


class ListUpdate(WriteModel):
    """A merge patch. `shared_with` are ids of users or teams; they count while `visibility` is `shared`."""

    model_config = examples({"name": "ลูกค้าเชียงใหม่", "visibility": "all"}, {"description": "To call in May"})

    name: Name = ABSENT
    description: Description | None = None
    visibility: Visibility = ABSENT
    shared_with: SharedWith = ABSENT


class ListCreate(ListUpdate):
    """Private unless it says otherwise."""

    model_config = examples(
        {"name": "ลูกค้าเชียงใหม่", "visibility": "all"}, {"name": "To call in May", "description": "After the fair"}
    )

    name: Name


class ListCopy(WriteModel):
    model_config = examples({"name": "ลูกค้าเชียงใหม่ (สำเนา)"}, {"name": "To call in June"})

    name: Name


class ListCombine(WriteModel):
    """`subtract` takes the members of all other lists from those of the first."""

    model_config = examples(
        {
            "name": "VIP เชียงใหม่",
            "operator": "intersect",
            "lists": ["01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"],
        }
    )

    name: Name
    operator: Operator
    lists: Annotated[list[UUID], Field(min_length=2, max_length=MOST_LISTS)]


class MembersChange(WriteModel):
    """Up to 1000 contacts to add and to remove."""

    model_config = examples({"add": ["01900000-0000-7000-8000-000000000001"], "remove": []})

    add: Ids = Field(default_factory=list)
    remove: Ids = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> "MembersChange":
        if not self.add and not self.remove:
            raise ValueError("names nobody; give contacts to add or to remove")
        return self


class MembersSearch(WriteModel):
    """Everyone whom the filter finds, as `POST /v1/contacts/search` has it."""

    model_config = examples(
        {"action": "add", "filter": {"field": "tags", "op": "contains", "value": "ลูกค้าประจำ"}},
        {"action": "remove", "filter": {"field": "home_province", "op": "eq", "value": "Chiang Mai"}},
    )

    action: Literal["add", "remove"]
    filter: Condition


class MembersChanged(ReadModel):
    """`unknown` are ids of no live contact."""

    model_config = examples({"added": 2, "removed": 0, "unknown": []})

    added: int
    removed: int
    unknown: list[UUID]


class ListRead(ReadModel):
    """`contacts` is the number of its live members."""

    model_config = examples(
        {"name": "ลูกค้าเชียงใหม่", "visibility": "all", "contacts": 132},
        {"name": "My contacts", "visibility": "private", "is_personal": True, "contacts": 48},
    )

    id: UUID
    type: Literal["list"]
    version: int
    created_at: Instant
    updated_at: Instant
    owner_id: UUID | None
    name: str
    description: str | None
    visibility: Visibility
    shared_with: list[UUID]
    is_personal: bool
    contacts: int


class ListsPage(ReadModel):
    data: list[ListRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST
