"""Open or closed: several intervals a day, past midnight, holidays, clock changes."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from contacts_service.service_centres.opening import Calendar

BANGKOK, LONDON = ZoneInfo("Asia/Bangkok"), ZoneInfo("Europe/London")
SONGKRAN = date(2026, 4, 13)  # a Monday


def hours(weekday: int, *spans: str) -> list[dict[str, object]]:
    return [{"weekday": weekday, "opens": span[:5], "closes": span[6:]} for span in spans]


def at(text: str, zone: ZoneInfo = BANGKOK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def calendar(*weekly: list[dict[str, object]], zone: ZoneInfo = BANGKOK, **more: object) -> Calendar:
    days = [each for day in weekly for each in day]
    return Calendar(zone, days, more.get("special", {}), more.get("holidays", frozenset()))  # type: ignore[arg-type]  # as given


MONDAY = hours(1, "08:30-12:00", "13:00-17:30")
FRIDAY_NIGHT = hours(5, "18:00-02:00")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-04-20T08:29:59", False), ("2026-04-20T08:30:00", True), ("2026-04-20T12:00:00", False),
        ("2026-04-20T13:00:00", True), ("2026-04-20T17:30:00", False), ("2026-04-21T09:00:00", False),
        ("2026-04-24T23:59:00", True), ("2026-04-25T01:59:59", True), ("2026-04-25T02:00:00", False),
        ("2026-04-24T01:00:00", False),
    ],
)  # fmt: skip
def test_hours_of_several_intervals_and_past_midnight(moment: str, is_open: bool) -> None:
    assert calendar(MONDAY, FRIDAY_NIGHT).is_open(at(moment)) is is_open


def test_the_next_opening_and_the_closing() -> None:
    both = calendar(MONDAY, FRIDAY_NIGHT)

    assert both.closes_at(at("2026-04-24T19:00:00")) == at("2026-04-25T02:00:00")
    assert both.closes_at(at("2026-04-21T09:00:00")) is None
    assert both.next_opening(at("2026-04-20T12:30:00")) == at("2026-04-20T13:00:00")
    assert both.next_opening(at("2026-04-25T03:00:00")) == at("2026-04-27T08:30:00")
    assert calendar().next_opening(at("2026-04-25T03:00:00")) is None


def test_a_holiday_is_closed_and_a_special_day_has_hours_of_its_own() -> None:
    closed = calendar(MONDAY, holidays=frozenset({SONGKRAN}))
    special = {SONGKRAN: [{"opens": "10:00", "closes": "11:00"}], date(2026, 4, 20): []}
    short = calendar(MONDAY, holidays=frozenset({SONGKRAN}), special=special)

    assert not closed.is_open(at("2026-04-13T10:30:00"))
    assert closed.next_opening(at("2026-04-12T00:00:00")) == at("2026-04-20T08:30:00")
    assert short.is_open(at("2026-04-13T10:30:00"))
    assert short.next_opening(at("2026-04-13T11:00:00")) == at("2026-04-27T08:30:00")


def test_round_the_clock_has_no_closing() -> None:
    always = calendar(*(hours(day, "00:00-00:00") for day in range(1, 8)))

    assert always.is_open(at("2026-04-20T00:00:00"))
    assert always.closes_at(at("2026-04-20T12:00:00")) is None
    assert calendar(hours(1, "09:00-00:00"), hours(2, "00:00-03:00")).closes_at(at("2026-04-20T10:00:00")) == at(
        "2026-04-21T03:00:00"
    )


def test_hours_follow_the_clock_when_it_changes() -> None:
    """On 29 March 2026 at 01:00 London's clocks go to 02:00."""
    early = calendar(hours(7, "00:30-03:00"), zone=LONDON)

    assert early.is_open(datetime(2026, 3, 29, 1, 59, tzinfo=UTC))
    assert not early.is_open(datetime(2026, 3, 29, 2, 0, tzinfo=UTC))
    assert early.closes_at(datetime(2026, 3, 29, 0, 45, tzinfo=UTC)) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
