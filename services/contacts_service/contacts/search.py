"""Search by any part of a name, phone number or e-mail, in Thai and English, without an extension.

Texts are folded and cut into grams of 1 to 3 characters, hashed with the tenant into integers that a GIN index finds.
Thai needs no word breaking that way. The database then checks the folded text itself: a hash collision never shows.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add
from typing import Any
from uuid import UUID
from zlib import crc32

from contacts_service.contacts.models import Contact
from contacts_service.contacts.texts import fold_search

MAX_TEXT = 1_000
CANDIDATES = 500
MAX_HASHES = 50_000
"""Remembered for each of the last few tenants: some 5 MB each at most."""


def search_text(contact: Contact) -> str:
    """Names, e-mails, and phone numbers in international and national form."""
    names = (contact.given_name, contact.family_name, contact.nickname)
    parts = [contact.full_name, *(name for name in names if name and name not in contact.full_name)]
    parts += [item["value"] for item in contact.emails]
    words = dict.fromkeys(word for part in parts if part for word in fold_search(part).split())
    for item in contact.phones:
        words.update(dict.fromkeys(_phone_forms(item["value"])))
    return " ".join(words)[:MAX_TEXT]


def _phone_forms(number: str) -> Iterable[str]:
    digits = number.lstrip("+")
    yield digits
    if digits.startswith("66"):
        yield f"0{digits[2:]}"


def grams_of(tenant_id: UUID, text: str) -> list[int]:
    """The distinct grams of 1 to 3 characters inside the words of a folded text, as signed 32-bit hashes."""
    grams: set[str] = set()
    for word in text.split():
        pairs = list(map(add, word, word[1:]))
        grams.update(word, pairs, map(add, pairs, word[2:]))
    hashes = _hashes(crc32(tenant_id.bytes))
    if len(hashes) > MAX_HASHES:
        hashes.clear()
    return [hashes[gram] for gram in grams]


class _Hashes(dict[str, int]):
    """Remembers grams: a language has few."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, gram: str) -> int:
        value = self[gram] = crc32(gram.encode(), self._seed) - 2**31
        return value


_hashes = lru_cache(maxsize=4)(_Hashes)


def search_terms(tenant_id: UUID, query: str) -> dict[str, Any]:
    """The parameters of `search_contacts`: the longest grams of each word, and a pattern a word."""
    words = _query_words(query)
    seed = crc32(tenant_id.bytes)
    grams = {gram for word in words for gram in _longest_grams(word)}
    return {
        "q_grams": [crc32(gram.encode(), seed) - 2**31 for gram in sorted(grams)],
        "q_patterns": [f"%{word}%" for word in words],
    }


def _query_words(query: str) -> Sequence[str]:
    """A number typed with spaces or dashes is one word: 081-234 5678."""
    compact = "".join(char for char in query if char not in " -().+")
    folded = fold_search(compact)
    if folded.isdecimal() and len(folded) >= 3:
        return [folded]
    return fold_search(query).split()[:10]


def _longest_grams(word: str) -> Iterable[str]:
    size = min(3, len(word))
    return (word[start : start + size] for start in range(len(word) - size + 1))
