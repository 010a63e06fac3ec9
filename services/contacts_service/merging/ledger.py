"""The merges that stand, and what takes one of them back: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contacts_service.merging.combining import Values, combine, rebased


@dataclass(slots=True)
class Entry:
    """A merge: `before` became `after` by what the merged contacts have and by the `choices`."""

    id: UUID
    survivor_id: UUID
    merged_ids: Sequence[UUID]
    choices: Mapping[str, str]
    before: Values
    after: Values


@dataclass(slots=True)
class Ledger:
    """`entries` stand, oldest first: all into the survivors concerned, and into those that they were merged into.

    `contacts` are the survivors' and merged contacts' values; whoever was erased is missing.
    """

    entries: list[Entry]
    contacts: dict[UUID, Values]

    def withdraw(self, entry: Entry) -> None:
        """As if it had never been: later merges, and those of the survivor itself, follow from what is left.

        What was changed by hand meanwhile stays.
        """
        later = self._later(entry)
        self.entries.remove(entry)
        self._replace(entry.survivor_id, later, entry.after, entry.before)

    def _replace(self, survivor_id: UUID, later: Sequence[Entry], old: Values, new: Values) -> None:
        if old == new or survivor_id not in self.contacts:
            return
        if later:
            following = later[0]
            following.before = rebased(following.before, old, new)
            self._recombine(following)
            return
        self.contacts[survivor_id] = rebased(self.contacts[survivor_id], old, new)
        outer = next((each for each in self.entries if survivor_id in each.merged_ids), None)
        if outer is not None:
            self._recombine(outer)

    def _recombine(self, entry: Entry) -> None:
        old, entry.after = entry.after, combined(entry, self.contacts)
        self._replace(entry.survivor_id, self._later(entry), old, entry.after)

    def _later(self, entry: Entry) -> list[Entry]:
        at = self.entries.index(entry)
        return [each for each in self.entries[at + 1 :] if each.survivor_id == entry.survivor_id]


def combined(entry: Entry, contacts: Mapping[UUID, Values]) -> Values:
    ids = [entry.survivor_id, *(each for each in entry.merged_ids if each in contacts)]
    people = [entry.before, *(contacts[each] for each in ids[1:])]
    places = {str(each): place for place, each in enumerate(ids)}
    return combine(people, {name: places[wanted] for name, wanted in entry.choices.items() if wanted in places})
