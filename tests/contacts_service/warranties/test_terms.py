"""A term in months ends where the calendar says, month ends included."""

from datetime import date

import pytest

from contacts_service.warranties.terms import last_day


@pytest.mark.parametrize(
    ("starts_on", "months", "ends_on"),
    [
        ("2026-01-15", 1, "2026-02-14"),
        ("2026-01-01", 12, "2026-12-31"),
        ("2026-01-31", 1, "2026-02-28"),  # no 31 February: the last day of the month
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-28"),  # 29 February 2028 corresponds: the day before it
        ("2026-03-31", 6, "2026-09-30"),
        ("2026-03-01", 1, "2026-03-31"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_the_last_day_of_a_term(starts_on: str, months: int, ends_on: str) -> None:
    assert last_day(date.fromisoformat(starts_on), months) == date.fromisoformat(ends_on)
