"""The person in question, and how one table's rows about them are treated."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.errors import UnavailableError


class StillInUse(UnavailableError):
    """Something needs the data for moments more, such as a running import. The task is taken up again by itself."""

    code = "still_in_use"


@dataclass(frozen=True, slots=True)
class Person:
    """`ids` are all ids that the person has had; `words` name them inside stored texts (`words.py`)."""

    tenant_id: UUID
    ids: list[UUID]
    words: list[str] = field(default_factory=list)

    def parameters(self) -> dict[str, Any]:
        words = [*map(str, self.ids), *self.words]
        return {"tenant_id": self.tenant_id, "person_ids": self.ids, "words": words}


Act = Callable[[AsyncSession, Person], Awaitable[int]]
"""Erases by Python; returns how many rows it changed. Raises StillInUse."""


@dataclass(frozen=True, slots=True)
class Rule:
    """SQL over the table's columns, `:person_ids` and `:words`: `where` finds the rows.

    They are deleted, or rewritten by `change` (what stands after SET), or treated by `act`.
    """

    table: str
    where: str
    change: str | None = None
    act: Act | None = None
    exported: bool = True

    def statement(self) -> str:
        """Its one row is how many rows it changed."""
        where = f"tenant_id = :tenant_id and ({self.where})"
        change = "delete from {0}" if self.change is None else "update {0} set {1}"
        verb = change.format(self.table, self.change)
        return f"with done as ({verb} where {where} returning 1) select count(*) from done"  # noqa: S608 - our own names

    def count(self) -> str:
        return f"select count(*) from {self.table} where tenant_id = :tenant_id and ({self.where})"  # noqa: S608 - our own names

    def selection(self) -> str:
        """Rows as JSON, without what is of this database only."""
        return (
            f"select to_jsonb({self.table}) - cast('{{tenant_id,sync_xid}}' as text[]) from {self.table}"  # noqa: S608 - our own names
            f" where tenant_id = :tenant_id and ({self.where})"
        )
