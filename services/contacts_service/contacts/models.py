"""A person the business knows: the state and the rules about it."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import ClassManager, Mapped, class_mapper, mapped_column

from contacts_service.contacts.derived import NAME_PARTS, Items, take_over
from contacts_service.contacts.names import NameOrder
from contacts_service.contacts.tag_names import tag_key
from contacts_service.database import Base
from contacts_service.fields.giving import changed_names
from shared.db import Record
from shared.db.record import Signed, given_columns, now
from shared.errors import ConflictError, GoneError, NotFoundError
from shared.ids import new_id


class CustomerClass(StrEnum):
    WHOLESALE = "wholesale"
    RETAIL = "retail"
    CONSUMER = "consumer"


class ContactNotFound(NotFoundError):
    code = "contact_not_found"
    title = ("No such contact", "ไม่พบผู้ติดต่อ")


class ContactDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class ContactIsMerged(ConflictError):
    code = "resource_merged"
    title = ("It was merged into another contact", "ผู้ติดต่อนี้ถูกรวมเข้ากับรายอื่นแล้ว")


class EmailTaken(ConflictError):
    code = "email_taken"
    title = ("This e-mail is in use", "อีเมลนี้ถูกใช้แล้ว")


class ExternalIdTaken(ConflictError):
    code = "external_id_taken"
    title = ("This external id is in use", "รหัสจากระบบภายนอกนี้ถูกใช้แล้ว")


class Contact(Signed, Record, Base):
    """`emails`, `phones`, `addresses` hold one `primary` each if any; `email` and `phone` repeat its value.

    A live contact's e-mails and external ids are its own within the tenant: `contact_keys` keeps that.
    `merged_into` is another contact that took this one over; then this one is deleted, until the merge is undone.
    """

    __tablename__ = "contacts"
    type = "contact"

    prefix: Mapped[str | None] = mapped_column(String(100))
    given_name: Mapped[str | None] = mapped_column(String(100))
    middle_name: Mapped[str | None] = mapped_column(String(100))
    family_name: Mapped[str | None] = mapped_column(String(100))
    suffix: Mapped[str | None] = mapped_column(String(100))
    nickname: Mapped[str | None] = mapped_column(String(100))
    name_order: Mapped[str] = mapped_column(String(20), default=NameOrder.GIVEN_FIRST.value)
    full_name: Mapped[str] = mapped_column(String(320))
    sort_name: Mapped[str] = mapped_column(String(320))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(20))
    emails: Mapped[Items] = mapped_column(JSONB, default=list)
    phones: Mapped[Items] = mapped_column(JSONB, default=list)
    addresses: Mapped[Items] = mapped_column(JSONB, default=list)
    birthday: Mapped[dict[str, int | None] | None] = mapped_column(JSONB(none_as_null=True))
    sex: Mapped[str | None] = mapped_column(String(50))
    occupation: Mapped[str | None] = mapped_column(String(200))
    education: Mapped[str | None] = mapped_column(String(200))
    job_title: Mapped[str | None] = mapped_column(String(200))
    home_province: Mapped[str | None] = mapped_column(String(100))
    income_band: Mapped[str | None] = mapped_column(String(100))
    social_class: Mapped[str | None] = mapped_column(String(100))
    customer_class: Mapped[str | None] = mapped_column(String(20))
    lifecycle_stage: Mapped[str | None] = mapped_column(String(50))
    language: Mapped[str | None] = mapped_column(String(35))
    company_id: Mapped[UUID | None] = mapped_column(Uuid)
    external_ids: Mapped[Items] = mapped_column(JSONB, default=list)
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    notes: Mapped[str | None] = mapped_column(Text)
    custom_fields: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default=text("'{}'"))
    merged_into: Mapped[UUID | None] = mapped_column(Uuid)

    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "company_id"], ["companies.tenant_id", "companies.id"]),
        Index("contacts_created_at_idx", "tenant_id", "created_at", "id", postgresql_where=text("deleted_at is null")),
        Index("contacts_updated_at_idx", "tenant_id", "updated_at", "id", postgresql_where=text("deleted_at is null")),
        Index("contacts_sort_name_idx", "tenant_id", "sort_name", "id", postgresql_where=text("deleted_at is null")),
        Index("contacts_company_id_idx", "tenant_id", "company_id", postgresql_where=text("company_id is not null")),
        Index(
            "contacts_owner_idx",
            "tenant_id",
            "owner_id",
            "created_at",
            "id",
            postgresql_where=text("deleted_at is null"),
        ),
        Index(
            "contacts_merged_into_idx",
            "tenant_id",
            "merged_into",
            postgresql_where=text("merged_into is not null"),
        ),
        Index("contacts_sync_idx", "tenant_id", "sync_xid", "id"),
        Index(
            "contacts_lifecycle_stage_idx",
            "tenant_id",
            "lifecycle_stage",
            postgresql_where=text("lifecycle_stage is not null and deleted_at is null"),
        ),
    )

    def change(self, given: Mapping[str, Any]) -> list[str]:
        """Takes over what is given; returns the names of the fields that changed, sorted. See `take_over`.

        Raises Nameless if nothing is left to call the contact by; then it is as it was.
        """
        before = column_values(self, SETTLED)
        after = dict(before)
        take_over(after, given)
        for name, value in after.items():
            if value != before[name]:
                setattr(self, name, value)
        return changed_names(before, after, CHANGEABLE)

    def state(self) -> dict[str, Any]:
        """The values that clients can change or see change."""
        return column_values(self, CHANGEABLE)

    def match_keys(self) -> list[tuple[str, str]]:
        """What the contact can be recognised by: pairs of kind and value."""
        emails, phones, external_ids = column_values(self, KEYED).values()
        return [
            *[("email", item["value"]) for item in emails],
            *[("phone", item["value"]) for item in phones],
            *[("external", external_key(item["system"], item["id"])) for item in external_ids],
        ]

    def tag_keys(self) -> list[tuple[str, str]]:
        """What the contact is found by besides: pairs of kind and value."""
        return [(TAG, key) for key in dict.fromkeys(map(tag_key, self.tags))]


TAG = "tag"
"""The kind of the keys that say who has a tag."""
CHANGEABLE = (
    *NAME_PARTS, "name_order", "full_name", "emails", "phones", "addresses", "birthday", "sex", "occupation",
    "education", "job_title", "home_province", "income_band", "social_class", "customer_class", "lifecycle_stage",
    "language", "company_id", "external_ids", "tags", "notes", "owner_id",
    "custom_fields",
)  # fmt: skip
SETTLED = (*CHANGEABLE, "email", "phone", "sort_name")
KEYED = ("emails", "phones", "external_ids")
LISTS = ("emails", "phones", "addresses", "external_ids", "tags")


def _unique(kind: str) -> Index:
    only = text(f"kind = '{kind}'")
    return Index(f"contact_keys_{kind}_idx", "tenant_id", "value", unique=True, postgresql_where=only)


class ContactKey(Base):
    """One way to find one live contact. E-mails and external ids are unique within the tenant; phones, tags are not."""

    __tablename__ = "contact_keys"
    __table_args__ = (
        _unique("email"),
        _unique("external"),
        Index("contact_keys_contact_idx", "tenant_id", "contact_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    value: Mapped[str] = mapped_column(String(400), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class ContactSearch(Base):
    """The folded text of one live contact and its grams: see `search.py`."""

    __tablename__ = "contact_search"
    __table_args__ = (
        Index(
            "contact_search_grams_idx",
            "grams",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 2048},
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    grams: Mapped[list[int]] = mapped_column(ARRAY(Integer))


def external_key(system: str, external_id: str) -> str:
    return f"{system}\x1f{external_id}"


def new_contact(tenant_id: UUID, given: Mapping[str, Any]) -> Contact:
    """A contact that is not stored yet, with every column set. Raises Nameless."""
    return contact_of(tenant_id, new_values(given))


def new_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a new contact's columns hold, but for those that say whose and of when it is. Raises Nameless."""
    values = {**BLANK, **{name: [] for name in LISTS}, "custom_fields": {}}
    take_over(values, given)
    return values


def contact_of(tenant_id: UUID, values: Mapping[str, Any]) -> Contact:
    """A contact that is not stored yet, made now of `new_values`."""
    moment = now()
    contact = bare_contact(values)
    vars(contact).update(tenant_id=tenant_id, id=values["id"] or new_id(), created_at=moment, updated_at=moment)
    return contact


def bare_contact(values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Contact:
    """Of no session, with these values of columns. As the ORM makes what it loads: half the time of a constructor."""
    contact: Contact = _manager().new_instance()
    vars(contact).update(values)
    return contact


@cache
def _manager() -> ClassManager[Contact]:
    return class_mapper(Contact).class_manager


def column_values(contact: Contact, names: Sequence[str]) -> dict[str, Any]:
    """By name. Loaded values are read past the ORM's instrumentation: twenty times as fast."""
    known = vars(contact)
    return {name: known[name] if name in known else getattr(contact, name) for name in names}


BLANK: Mapping[str, Any] = {
    **dict.fromkeys(given_columns(Contact.__table__)),
    "version": 1,
    "full_name": "",
    "name_order": NameOrder.GIVEN_FIRST.value,
}
