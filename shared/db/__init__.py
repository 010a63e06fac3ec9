"""PostgreSQL: tenants, sessions, records and the helpers that migrations use."""

from shared.db.database import Database, UnitSession
from shared.db.record import Record, metadata

__all__ = ["Database", "Record", "UnitSession", "metadata"]
