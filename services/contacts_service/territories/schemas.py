"""Territories over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.models import CustomerClass
from contacts_service.contacts.parts import Tag
from contacts_service.contacts.values import clean_text
from shared.web import ClientId, Instant, ReadModel, ShortText, WriteModel, examples
from shared.web.types import ABSENT, JSON_INTEGER, ON_REQUEST, ListTotal

Province = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean_text)]
PostalPrefix = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z -]{0,9}$")]
Priority = Annotated[int, Field(ge=0, le=10_000), JSON_INTEGER]
Provinces = Annotated[list[Province], Field(max_length=100)]
Classes = Annotated[list[CustomerClass], Field(max_length=10)]
Prefixes = Annotated[list[PostalPrefix], Field(max_length=500)]
Ids = Annotated[list[UUID], Field(max_length=1_000)]
Tags = Annotated[list[Tag], Field(max_length=50)]

NORTH_TH: dict[str, Any] = {"name": "ภาคเหนือ", "provinces": ["เชียงใหม่", "เชียงราย"], "postal_prefixes": ["50", "57"]}
NORTH_EN: dict[str, Any] = {"name": "Upper north", "priority": 10, "postal_prefixes": ["50", "57"]}


class TerritoryRule(WriteModel):
    """One value of each condition that has any is to be met, or the customer is named in `contact_ids`.

    `provinces` are met by the home province or by any address.
    """

    model_config = examples(
        {"provinces": ["เชียงใหม่"], "customer_classes": ["retail"]}, {"postal_prefixes": ["50"], "tags": ["VIP"]}
    )

    provinces: Provinces = []
    customer_classes: Classes = []
    postal_prefixes: Prefixes = []
    company_ids: Ids = []
    tags: Tags = []
    contact_ids: Ids = []


class TerritoryUpdate(WriteModel):
    """A merge patch; lists are replaced."""

    model_config = examples({"priority": 20}, {"postal_prefixes": ["50", "57", "58"]})

    name: ShortText = ABSENT
    priority: Priority = ABSENT
    team_id: UUID | None = None
    user_id: UUID | None = None
    provinces: Provinces = ABSENT
    customer_classes: Classes = ABSENT
    postal_prefixes: Prefixes = ABSENT
    company_ids: Ids = ABSENT
    tags: Tags = ABSENT
    contact_ids: Ids = ABSENT


class TerritoryCreate(TerritoryRule):
    """`priority` decides between territories that a customer meets: the lowest comes first."""

    model_config = examples(NORTH_TH, NORTH_EN)

    id: ClientId | None = None
    name: ShortText
    priority: Priority = 100
    team_id: UUID | None = None
    user_id: UUID | None = None


class TerritoryRead(ReadModel):
    model_config = examples({**NORTH_TH, "tags": ["VIP"]}, {**NORTH_EN, "provinces": [], "tags": []})

    id: UUID
    type: Literal["territory"]
    version: int
    created_at: Instant
    updated_at: Instant
    name: str
    priority: int
    team_id: UUID | None
    user_id: UUID | None
    provinces: list[str]
    customer_classes: list[CustomerClass]
    postal_prefixes: list[str]
    company_ids: list[UUID]
    tags: list[str]
    contact_ids: list[UUID]


class TerritoryList(ReadModel):
    data: list[TerritoryRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class TerritoryPreview(ReadModel):
    """How many contacts meet the conditions, counted up to 10,000, whatever other territories they meet."""

    model_config = examples({"contacts": {"value": 240, "relation": "eq"}})

    contacts: ListTotal
