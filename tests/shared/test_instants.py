"""Instants as answers write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.instants import rfc3339


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(138, 5, 25, 9, 27, 2, tzinfo=UTC), "0138-05-25T09:27:02.000Z"),
        (datetime(2026, 11, 22, 9, 30, 0, 123_999, tzinfo=UTC), "2026-11-22T09:30:00.123Z"),
        (datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=7))), "2026-11-22T02:30:00.000Z"),
    ],
)
def test_an_instant_is_in_utc_with_milliseconds_and_four_digits_of_a_year(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text
