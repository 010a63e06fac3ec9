"""The service's own metadata."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import metadata


class Base(DeclarativeBase):
    metadata = metadata()
