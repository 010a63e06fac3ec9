"""A tenant is a record of its own: its id and its tenant id are one."""

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base
from shared.db import Record


class Tenant(Record, Base):
    """`cors_origins` are the web pages that may call the API from a browser; `time_zone` is an IANA name."""

    __tablename__ = "tenants"
    type = "tenant"
    __table_args__ = (CheckConstraint("id = tenant_id", name="own"),)

    name: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(35))
    time_zone: Mapped[str] = mapped_column(String(64))
    cors_origins: Mapped[list[str]] = mapped_column(ARRAY(Text))
