"""What is known while the rows of a chunk are decided."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contacts_service.companies.models import Company
from contacts_service.contacts.keys import Key
from contacts_service.contacts.models import Contact, column_values
from contacts_service.contacts.search import SearchRow
from contacts_service.fields.giving import Giving, changed_names
from contacts_service.imports.candidates import Candidate, Rules
from shared.files import Row, RowError


class RowRefused(Exception):
    def __init__(self, error: RowError) -> None:
        super().__init__(error.detail)
        self.error = error


@dataclass(slots=True)
class Result:
    """What became of the rows: outcome → number, and the rows that failed."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[Row, Sequence[RowError]]] = field(default_factory=list)

    def fail(self, row: Row, errors: Sequence[RowError]) -> None:
        self.counts["failed"] += 1
        self.failed.append((row, errors))

    def add(self, other: "Result") -> None:
        self.counts.update(other.counts)
        self.failed.extend(other.failed)


@dataclass(slots=True, kw_only=True)
class Chunk:
    """`known` are stored and new contacts by id; `before` the states of stored ones that a row has changed.

    `seen` are keys of rows of earlier chunks that were not stored, because nothing is (a dry run). `searches` are of
    new contacts that are as they were drafted.
    """

    tenant_id: UUID
    rules: Rules
    custom: Giving
    owners: dict[Key, list[UUID]]
    namesakes: dict[str, list[UUID]]
    known: dict[UUID, Contact]
    companies: dict[str, UUID]
    seen: "set[int] | None" = None
    new: dict[UUID, Contact] = field(default_factory=dict)
    before: dict[UUID, Mapping[str, Any]] = field(default_factory=dict)
    touched: Counter[UUID] = field(default_factory=Counter)
    new_companies: dict[UUID, Company] = field(default_factory=dict)
    searches: dict[UUID, SearchRow] = field(default_factory=dict)
    result: Result = field(default_factory=Result)

    def remember(self, candidate: Candidate, contact: Contact) -> None:
        """Later rows of this chunk find the contact by what this row told of it."""
        contact_id, name = column_values(contact, ("id", "sort_name")).values()
        self.known[contact_id] = contact
        _append_new(self.namesakes.setdefault(name, []), contact_id)
        for key in candidate.keys:
            _append_new(self.owners.setdefault(key, []), contact_id)

    def changes(self) -> Iterator[tuple[Contact, list[str]]]:
        """Stored contacts that are not as they were, with the names of the fields."""
        for contact_id, before in self.before.items():
            if changed := changed_names(before, self.known[contact_id].state(), before):
                yield self.known[contact_id], changed


def _append_new(ids: list[UUID], contact_id: UUID) -> None:
    if contact_id not in ids:
        ids.append(contact_id)
