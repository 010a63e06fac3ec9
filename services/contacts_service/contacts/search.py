"""Search by any part of a name, phone number or e-mail, in Thai and English, without an extension.

Texts are folded and cut into grams of 3 characters, hashed with the tenant into integers that a GIN index finds. Thai
needs no word breaking that way. Of the pairs of characters only few are kept: most are the beginning of a gram of 3, so
that a search for two characters asks for all the grams that can follow from them. The database then checks the folded
text itself: a hash collision never shows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import add
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from contacts_service.contacts.texts import fold_search

SEARCHED = ("full_name", "given_name", "family_name", "nickname", "emails", "phones")
MAX_TEXT = 1_000
CANDIDATES = 500
MAX_HASHES = 50_000
"""Remembered for each of the last few tenants: some 5 MB each at most."""
THAI = "".join(char for char in map(chr, range(0x0E01, 0x0E4F)) if fold_search(char) == char)
ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "0123456789", THAI)
"""Changing one needs all contacts indexed again."""
_RUNS = re.compile("|".join((*(f"[{letters}]+" for letters in ALPHABETS), ".")))


class SearchRow(NamedTuple):
    """A contact's folded text, and its grams as PostgreSQL writes an array."""

    text: str
    grams: str


def search_row(tenant_id: UUID, values: Mapping[str, Any]) -> SearchRow:
    """Of the values of a contact's columns, as far as SEARCHED."""
    text = search_text(values)
    return SearchRow(text, grams_of(tenant_id, text))


def search_text(values: Mapping[str, Any]) -> str:
    """Names, e-mails, and phone numbers in international and national form."""
    full_name = values["full_name"]
    names = (values["given_name"], values["family_name"], values["nickname"])
    parts = [full_name, *[name for name in names if name and name not in full_name]]
    parts += [item["value"] for item in values["emails"]]
    words = dict.fromkeys([word for part in parts if part for word in fold_search(part).split()])
    for item in values["phones"]:
        words.update(dict.fromkeys(_phone_forms(item["value"])))
    return " ".join(words)[:MAX_TEXT]


def _phone_forms(number: str) -> Iterable[str]:
    digits = number.lstrip("+")
    yield digits
    if digits.startswith("66"):
        yield f"0{digits[2:]}"


def grams_of(tenant_id: UUID, text: str) -> str:
    """The distinct grams of a folded text, as an array of signed 32-bit hashes: all of 3 characters inside its words,
    and the pairs that do not go on in their own alphabet. The others are the beginning of a gram of 3.
    """
    grams = set(_open_pairs(text))
    for word in text.split():
        grams.update(_triples(word))
    hashes = _hashes(crc32(tenant_id.bytes))
    if len(hashes) > MAX_HASHES:
        hashes.clear()
    return _array([hashes[gram] for gram in grams])


def _open_pairs(text: str) -> Iterable[str]:
    """The last two characters of every run of one alphabet, and those where two runs meet inside a word."""
    before = " "
    for run in _RUNS.findall(text):
        if before[-1] != " " and run != " ":
            yield before[-1] + run[0]
        if len(run) > 1:
            yield run[-2:]
        before = run


class _Hashes(dict[str, str]):
    """Remembers grams, and their hashes as they are written: a language has few."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, gram: str) -> str:
        value = self[gram] = str(_hash(gram, self._seed))
        return value


_hashes = lru_cache(maxsize=4)(_Hashes)


def _hash(gram: str, seed: int) -> int:
    return crc32(gram.encode(), seed) - 2**31


def search_terms(tenant_id: UUID, query: str) -> dict[str, Any]:
    """The parameters of `search_contacts`: a pattern a word, grams that must all be there, and for each word of two
    characters the grams of which one must be there. A single character has its pattern only.
    """
    words = _query_words(query)
    seed = crc32(tenant_id.bytes)
    wanted = {gram for word in words for gram in _triples(word)}
    return {
        "q_grams": [_hash(gram, seed) for gram in sorted(wanted)],
        "q_pairs": [_array(str(_hash(gram, seed)) for gram in _beginning(word)) for word in words if len(word) == 2],
        "q_patterns": [f"%{word}%" for word in words],
    }


def _beginning(pair: str) -> Iterable[str]:
    """The grams that a pair can have left in the index."""
    yield pair
    for letters in ALPHABETS:
        if pair[0] in letters and pair[1] in letters:
            yield from (pair + letter for letter in letters)


def _query_words(query: str) -> Sequence[str]:
    """A number typed with spaces or dashes is one word: 081-234 5678."""
    compact = "".join(char for char in query if char not in " -().+")
    folded = fold_search(compact)
    if folded.isdecimal() and len(folded) >= 3:
        return [folded]
    return fold_search(query).split()[:10]


def _triples(word: str) -> Iterable[str]:
    return map(add, map(add, word, word[1:]), word[2:])


def _array(numbers: Iterable[str]) -> str:
    return "{" + ",".join(numbers) + "}"
