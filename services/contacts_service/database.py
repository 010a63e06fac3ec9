"""The service's own metadata."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import metadata
from shared.db.sight import Sight


class Base(DeclarativeBase):
    metadata = metadata()


def sight() -> Sight:
    """Once all tables are declared."""
    return Sight(
        Base.metadata,
        people="contacts",
        teams="teams",
        owned=("companies", "imports", "exports"),
        pairs={"duplicates": ("left_id", "right_id"), "merges": ("survivor_id",)},
    )
