"""Relationships over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from contacts_service.contacts.parts import Line200
from contacts_service.contacts.values import clean_lines
from contacts_service.relationship_kinds.kinds import PartyType
from contacts_service.relationship_kinds.schemas import KindKey, Texts
from shared.web import ClientId, Day, Instant, ReadModel, WriteModel, examples
from shared.web.lists import ListParams
from shared.web.types import ON_REQUEST, ListTotal

COMPANY_ID, CONTACT_ID = "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6b"


def _flag(given: object) -> object:
    """To Python, 1 is True."""
    if not isinstance(given, bool):
        raise ValueError("is true, or left out")  # noqa: TRY004 - a TypeError would be no answer to the client
    return given


class RelationshipUpdate(WriteModel):
    """A merge patch. `main` makes an employment the contact's main one, whose company is its `company_id`."""

    model_config = examples(
        {"title": "ผู้จัดการฝ่ายจัดซื้อ", "valid_to": "2025-12-31"},
        {"title": "Head of purchasing", "main": True},
    )

    title: Line200 = None
    role: Line200 = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    main: Annotated[Literal[True], BeforeValidator(_flag)] = True
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None


class RelationshipCreate(WriteModel):
    """`contact_id` or `company_id` is the other one, and `kind` what that one is to this one.

    Both days are included; without them it has always been so, or goes on. An employment that holds today becomes the
    main one if `main` says so, or if the contact has no main employer and `main` says nothing.
    """

    model_config = examples(
        {
            "kind": "employer",
            "company_id": COMPANY_ID,
            "title": "เจ้าหน้าที่จัดซื้อ",
            "role": "ฝ่ายจัดซื้อ",
            "valid_from": "2024-05-01",
        },
        {"kind": "spouse", "contact_id": CONTACT_ID, "notes": "They decide together."},
    )

    kind: KindKey
    contact_id: UUID | None = None
    company_id: UUID | None = None
    title: Line200 = None
    role: Line200 = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    main: Annotated[bool, Field(strict=True)] | None = None
    notes: Annotated[str, Field(max_length=20_000), AfterValidator(clean_lines)] | None = None
    id: ClientId | None = None

    @model_validator(mode="after")
    def _one_other(self) -> "RelationshipCreate":
        if (self.contact_id is None) == (self.company_id is None):
            raise ValueError("give either contact_id or company_id: the other one")
        return self

    def given(self) -> dict[str, Any]:
        return self.model_dump()


class PartyRead(ReadModel):
    model_config = examples({"type": "contact", "name": "มาลี สวัสดี"}, {"type": "company", "name": "Samphan Ltd"})

    type: PartyType
    id: UUID
    name: str


class RelationshipRead(ReadModel):
    """`other` is the `kind` of `party`: her employer, his child. `name` and `inverse_name` say so to people."""

    model_config = examples(
        {
            "party": {"type": "contact", "name": "มาลี สวัสดี"},
            "kind": "employer",
            "name": {"en": "Employer", "th": "นายจ้าง"},
            "other": {"type": "company", "name": "บริษัท สัมพันธ์ จำกัด"},
            "inverse_kind": "employee",
            "inverse_name": {"en": "Employee", "th": "พนักงาน"},
            "title": "เจ้าหน้าที่จัดซื้อ",
            "valid_to": None,
            "is_current": True,
            "is_main": True,
        },
        {
            "party": {"type": "contact", "name": "Ada Lovelace"},
            "kind": "spouse",
            "name": {"en": "Spouse", "th": "คู่สมรส"},
            "other": {"type": "contact", "name": "William King"},
            "inverse_kind": "spouse",
            "inverse_name": {"en": "Spouse", "th": "คู่สมรส"},
            "title": None,
            "valid_to": None,
            "is_current": True,
        },
    )

    id: UUID
    type: Literal["relationship"]
    version: int
    created_at: Instant
    updated_at: Instant
    party: PartyRead
    kind: str
    name: Texts
    other: PartyRead
    inverse_kind: str
    inverse_name: Texts
    title: str | None
    role: str | None
    valid_from: Day | None
    valid_to: Day | None
    is_current: bool
    is_main: bool
    notes: str | None


class RelationshipList(ReadModel):
    data: list[RelationshipRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class RelationshipParams(ListParams):
    at: Annotated[Day | None, Field(description="Only what holds on that day.")] = None


class HouseholdMember(ReadModel):
    model_config = examples({"full_name": "มาลี สวัสดี", "is_head": True}, {"full_name": "Ada Lovelace", "is_head": False})

    id: UUID
    full_name: str
    email: str | None
    phone: str | None
    is_head: bool


class Household(ReadModel):
    """The head first. Empty if the contact belongs to no household."""

    data: list[HouseholdMember]
