"""PostgreSQL: tenants, sessions, records and the helpers that migrations use."""

from shared.db.database import Database
from shared.db.record import Record, metadata
from shared.db.unit import UnitSession

__all__ = ["Database", "Record", "UnitSession", "metadata"]
