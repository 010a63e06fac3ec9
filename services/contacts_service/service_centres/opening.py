"""When a centre is open. Pure, no I/O; all local times are of the centre's own zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

DAY = timedelta(days=1)
LOOK_AHEAD_DAYS = 60
"""A centre that does not open within two months says no next opening."""


class Span(NamedTuple):
    """Open from `opens` until just before `closes`."""

    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """`weekly` are intervals of `weekday` (1 is Monday), `opens`, `closes` as HH:MM; one that closes at or before it
    opens ends on the next day. `special` days have intervals of their own, or none; then come the tenant's `holidays`.
    """

    zone: ZoneInfo
    weekly: Sequence[Mapping[str, Any]]
    special: Mapping[date, Sequence[Mapping[str, Any]]]
    holidays: frozenset[date]

    def is_open(self, moment: datetime) -> bool:
        return self._span_at(moment) is not None

    def closes_at(self, moment: datetime) -> datetime | None:
        """Of the hours that `moment` is in; None if closed, or open for longer than we look ahead."""
        span = self._span_at(moment)
        end = span.closes if span is not None else None
        while end is not None and (span := self._span_at(end)) is not None:
            end = span.closes if end - moment < LOOK_AHEAD_DAYS * DAY else None
        return end

    def next_opening(self, moment: datetime) -> datetime | None:
        """The first opening after `moment`, whether it is open then or not."""
        first = moment.astimezone(self.zone).date()
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            later = [span.opens for span in self._of_day(first + ahead * DAY) if span.opens > moment]
            if later:
                return min(later)
        return None

    def _span_at(self, moment: datetime) -> Span | None:
        today = moment.astimezone(self.zone).date()
        spans = (
            span for day in (today - DAY, today) for span in self._of_day(day) if span.opens <= moment < span.closes
        )
        return max(spans, key=lambda span: span.closes, default=None)

    def _of_day(self, day: date) -> Iterator[Span]:
        for each in self._intervals(day):
            opens, closes = time.fromisoformat(each["opens"]), time.fromisoformat(each["closes"])
            last = day if closes > opens else day + DAY
            yield Span(self._instant(day, opens), self._instant(last, closes))

    def _intervals(self, day: date) -> Sequence[Mapping[str, Any]]:
        if day in self.special:
            return self.special[day]
        if day in self.holidays:
            return ()
        return [each for each in self.weekly if each["weekday"] == day.isoweekday()]

    def _instant(self, day: date, clock: time) -> datetime:
        """In UTC, where differences are real; a local time that a clock change skips is the one after it."""
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


def calendar_of(centre: Mapping[str, Any], holidays: frozenset[date]) -> Calendar:
    """`centre` has the columns of a ServiceCentre that matter here, documents as JSON text."""
    weekly, special_days = (orjson.loads(centre[name]) for name in ("opening_hours", "special_days"))
    special = {date.fromisoformat(each["on"]): each["hours"] for each in special_days}
    own_holidays: frozenset[date] = frozenset() if centre["open_on_holidays"] else holidays
    return Calendar(ZoneInfo(centre["time_zone"]), weekly, special, own_holidays)
