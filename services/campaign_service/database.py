"""The service's own metadata."""

from sqlalchemy.orm import DeclarativeBase

from shared.db import metadata
from shared.db.sight import Sight
from shared.teams import known_teams


class Base(DeclarativeBase):
    metadata = metadata()


known_teams(Base.metadata)


def sight() -> Sight:
    """Once all tables are declared."""
    return Sight(Base.metadata, people="known_contacts", teams="known_teams")
