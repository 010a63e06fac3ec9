"""Lists of contacts that people keep by hand."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from contacts_service.database import Base
from contacts_service.moving import goes_along
from shared.db import Record
from shared.db.record import Instant
from shared.errors import ForbiddenError, GoneError, NotFoundError, UnprocessableError


class Visibility(StrEnum):
    """Who sees a list besides its owner: nobody, those of `shared_with`, everybody of the business."""

    PRIVATE = "private"
    SHARED = "shared"
    ALL = "all"


class ListNotFound(NotFoundError):
    code = "list_not_found"
    title = ("No such list", "ไม่พบรายการนี้")


class ListDeleted(GoneError):
    code = "resource_deleted"
    title = ("It was deleted", "ข้อมูลนี้ถูกลบแล้ว")


class NotYourList(ForbiddenError):
    code = "not_your_list"
    title = ("This list is someone else's", "รายการนี้เป็นของผู้อื่น")


class PersonalListStays(UnprocessableError):
    code = "personal_list_stays"
    title = ("Everyone keeps an address book", "สมุดรายชื่อส่วนตัวต้องคงอยู่")


class ContactList(Record, Base):
    """`owner_id` made it. `shared_with` are ids of users or teams. Of personal lists everyone has one: the address
    book."""

    __tablename__ = "lists"
    type = "list"
    __table_args__ = (
        Index(
            "lists_personal_idx",
            "tenant_id",
            "owner_id",
            unique=True,
            postgresql_where=text("is_personal and deleted_at is null"),
        ),
        Index("lists_name_idx", "tenant_id", "name", "id", postgresql_where=text("deleted_at is null")),
    )

    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(String(1000))
    visibility: Mapped[str] = mapped_column(String(10), default=Visibility.PRIVATE.value)
    shared_with: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    is_personal: Mapped[bool] = mapped_column(default=False)


class ListMember(Base):
    """Of deleted contacts the membership stays for their return; nobody sees or counts it meanwhile."""

    __tablename__ = "list_members"
    __table_args__ = (Index("list_members_contact_idx", "tenant_id", "contact_id"),)

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    list_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    added_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))
    added_by: Mapped[UUID | None] = mapped_column(Uuid)


goes_along("list_members", key=("list_id",), unique=("list_id",))
