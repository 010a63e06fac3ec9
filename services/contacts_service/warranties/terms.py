"""How long a term in months runs. Pure, no I/O."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

REMIND_TIME = time(9, 0)


def last_day(starts_on: date, months: int) -> date:
    """The last day of a term that begins with the whole of `starts_on`.

    It ends on the day before the one that corresponds to the first; where the last month has no such day, on the last
    day of that month: Thai Civil and Commercial Code, section 193/5, and likewise the German § 188 BGB. So a month from
    15 January ends on 14 February, from 31 January on 28 (or 29) February, from 1 February on 28 (29) February.
    """
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    days = monthrange(year, month + 1)[1]
    if starts_on.day > days:
        return date(year, month + 1, days)
    return date(year, month + 1, starts_on.day) - timedelta(days=1)


def reminder(ends_on: date, lead_days: int, time_zone: str) -> datetime:
    """Nine o'clock in the morning there."""
    return datetime.combine(ends_on - timedelta(days=lead_days), REMIND_TIME, ZoneInfo(time_zone))


def day_in(time_zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(time_zone)).date()
