"""Whose turn it is. Pure: what it knows was read under the lock under which its choices are stored."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from uuid import UUID

from contacts_service.assignment.models import Strategy

Holder = tuple[UUID | None, UUID | None]
"""A team, or a user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    strategy: str
    team_id: UUID | None
    territory_id: UUID | None
    cap: int | None


@dataclass(slots=True, kw_only=True)
class Desk:
    """Who is there. `members` of each team in the order of their turns, those who are `absent` among them; `turns` who
    had the last one; `holders` of territories, by the order in which territories are tried; `loads` live contacts.
    """

    members: Mapping[UUID, Sequence[UUID]]
    absent: Set[UUID]
    holders: Mapping[UUID, Holder]
    turns: dict[UUID, UUID]
    loads: Counter[UUID] = field(default_factory=Counter)
    turned: set[UUID] = field(default_factory=set)

    def choose(self, rules: Sequence[Rule], territories: Set[UUID]) -> UUID | None:
        """For somebody who meets these territories; it counts as given. None if no rule finds anybody."""
        own = next((each for each in self.holders if each in territories), None)
        for rule in rules:
            if rule.territory_id is None or rule.territory_id == own:
                chosen = self._by(rule, own)
                if chosen is not None:
                    self.loads[chosen] += 1
                    return chosen
        return None

    def _by(self, rule: Rule, territory_id: UUID | None) -> UUID | None:
        if rule.strategy != Strategy.TERRITORY:
            return self._of_team(rule, rule.team_id)
        team_id, user_id = self.holders[territory_id] if territory_id is not None else (None, None)
        if user_id is not None:
            return user_id if self._is_free(user_id, rule.cap) else None
        return self._of_team(rule, team_id)

    def _of_team(self, rule: Rule, team_id: UUID | None) -> UUID | None:
        if team_id is None:
            return None
        free = [user_id for user_id in self._in_turn(team_id) if self._is_free(user_id, rule.cap)]
        if not free:
            return None
        if rule.strategy == Strategy.LOAD:
            return min(free, key=lambda user_id: self.loads[user_id])
        self.turns[team_id] = free[0]
        self.turned.add(team_id)
        return free[0]

    def _in_turn(self, team_id: UUID) -> Iterator[UUID]:
        members = self.members.get(team_id, ())
        last = self.turns.get(team_id)
        start = members.index(last) + 1 if last in members else 0
        yield from (*members[start:], *members[:start])

    def _is_free(self, user_id: UUID, cap: int | None) -> bool:
        return user_id not in self.absent and (cap is None or self.loads[user_id] < cap)
