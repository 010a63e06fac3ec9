"""Buying roles over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from contacts_service.buying_roles.models import Attitude, BuyingRoleName, Influence
from contacts_service.contacts.values import clean_lines
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.lists import ListParams
from shared.web.types import ON_REQUEST, ListTotal

Roles = Annotated[
    list[BuyingRoleName],
    Field(min_length=1, max_length=len(BuyingRoleName)),
    AfterValidator(lambda roles: sorted(set(roles))),
]


class BuyingRolePut(WriteModel):
    """All that is known of the contact's part in buying: what is left out is not known."""

    model_config = examples(
        {"roles": ["decision_maker"], "influence": "high", "attitude": "supportive", "notes": "อนุมัติงบเกินหนึ่งล้านบาท"},
        {"roles": ["gatekeeper", "user"], "influence": "medium", "attitude": "neutral"},
    )

    roles: Roles
    influence: Influence | None = None
    attitude: Attitude | None = None
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None

    def given(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class BuyingContact(ReadModel):
    """`works_here` says whether the company employs the contact today."""

    model_config = examples({"name": "มาลี สวัสดี"}, {"name": "Ada Lovelace"})

    id: UUID
    name: str
    job_title: str | None
    works_here: bool


class BuyingCompany(ReadModel):
    model_config = examples({"name": "บริษัท สัมพันธ์ จำกัด"}, {"name": "Samphan Ltd"})

    id: UUID
    name: str


class BuyingRoleRead(ReadModel):
    model_config = examples(
        {"roles": ["decision_maker"], "influence": "high", "attitude": "supportive"},
        {"roles": ["gatekeeper"], "influence": "medium", "attitude": "neutral"},
    )

    id: UUID
    type: Literal["buying_role"]
    version: int
    created_at: Instant
    updated_at: Instant
    company: BuyingCompany
    contact: BuyingContact
    roles: list[BuyingRoleName]
    influence: Influence | None
    attitude: Attitude | None
    notes: str | None


class BuyingRoleList(ReadModel):
    data: list[BuyingRoleRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class BuyingRoleParams(ListParams):
    role: Annotated[BuyingRoleName | None, Field(description="Only who has this role.")] = None
