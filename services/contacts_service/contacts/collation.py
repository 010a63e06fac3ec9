"""Dictionary order without ICU: a sort key that plain byte order sorts as Thai and English readers expect."""

import re

from contacts_service.contacts.texts import fold_search

_LEADING_VOWEL = re.compile("([เ-ไ])([ก-ฮ])")


def sort_key(name: str) -> str:
    """Thai sorts by consonants, so a vowel written before one moves behind it; tone marks and case do not count."""
    return _LEADING_VOWEL.sub(r"\2\1", fold_search(name))[:320]
