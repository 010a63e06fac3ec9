"""Handovers over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from contacts_service.contacts.values import clean_lines
from contacts_service.handovers.models import MAX_MOVED
from shared.db.record import now
from shared.web import Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.search_trees import Tree
from shared.web.types import ON_REQUEST, Flag, ListTotal

PLOY, JAMES = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b"
Note = Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)]
LEAVE_TH: dict[str, Any] = {"from_owner_id": PLOY, "to_owner_id": JAMES, "reason": "ลาคลอด"}
LEFT_EN: dict[str, Any] = {"from_owner_id": PLOY, "to_owner_id": JAMES, "reason": "Left the company"}


class Reassign(WriteModel):
    """Whom it is about: `contact_ids`, or all contacts of `from_owner_id`, or all that a `filter` finds; of two of
    them, those that meet both. `to_owner_id` null leaves them without an owner. With `return_at` it is for a time.
    """

    model_config = examples({**LEAVE_TH, "return_at": "2099-03-01T00:00:00Z"}, LEFT_EN)

    to_owner_id: UUID | None
    from_owner_id: UUID | None = None
    contact_ids: Annotated[list[UUID], Field(min_length=1, max_length=MAX_MOVED)] | None = None
    filter: Tree = None
    reason: ShortText | None = None
    note: Note | None = None
    return_at: Instant | None = None
    dry_run: Flag = False

    @model_validator(mode="after")
    def _names_somebody(self) -> "Reassign":
        if self.from_owner_id is None and self.contact_ids is None and self.filter is None:
            raise ValueError("say whom: contact_ids, from_owner_id or filter")
        if self.return_at is not None and self.return_at <= now():
            raise ValueError("return_at lies in the past")
        return self


class HandoverRead(ReadModel):
    """`contacts` changed hands; after the return, `returned` of them went back."""

    model_config = examples(LEAVE_TH, LEFT_EN)

    id: UUID
    type: Literal["handover"]
    version: int
    created_at: Instant
    updated_at: Instant
    from_owner_id: UUID | None
    to_owner_id: UUID | None
    reason: str | None
    note: str | None
    contacts: int
    made_by: UUID | None
    return_at: Instant | None
    returned_at: Instant | None
    returned: int


class HandoverList(ReadModel):
    data: list[HandoverRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class Reassigned(ReadModel):
    """`more`: there may be others, for one call moves 20,000 at most; repeat it. A dry run has no `handover`."""

    model_config = examples({"contacts": 240, "more": False})

    contacts: int
    more: bool
    handover: HandoverRead | None


class OwnerRead(ReadModel):
    """Whose the contact was from `since_at` on; null is nobody."""

    owner_id: UUID | None
    since_at: Instant
    changed_by: UUID | None
    handover_id: UUID | None
    reason: str | None


class OwnerHistory(ReadModel):
    data: list[OwnerRead]
