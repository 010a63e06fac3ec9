"""Files of made-up people with known duplicates: Thai ones in households, and distortion of any file in Febrl's layout.

Romanisations are how people write these names, not what our own romanisation makes of them.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from tests.contacts_service.matching.thai_names import (
    DISTRICTS,
    FAMILY_HEADS,
    FAMILY_TAILS,
    GIVEN_HEADS,
    GIVEN_TAILS,
    PROVINCES,
    ROADS,
    TITLES,
    Names,
)

Row = dict[str, str]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
THAI_LETTERS = "กขคงจชดตทนบปพมยรลวสหอ"


def thai_people(count: int, seed: int) -> Iterator[Row]:
    """About `count` records, a quarter of them second records of somebody, everybody in a household of up to four."""
    random = Random(seed)
    number = written = 0
    while written < count:
        for person in _household(random):
            records = [(f"rec-{number}-org", person)]
            if random.random() < 0.33:
                records.append((f"rec-{number}-dup-0", rewritten(person, random)))
            number += 1
            for rec_id, row in records:
                yield {"rec_id": rec_id, **_plain(row)}
                written += 1


def distorted(rows: Sequence[Row], changes: int, seed: int) -> list[Row]:
    """The same rows, `changes` values of each changed by typing errors, lost, or exchanged with their neighbours."""
    random = Random(seed)
    return [_distort(dict(row), changes, random) for row in rows]


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, skipinitialspace=True))


def write_rows(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def rewritten(person: Row, random: Random) -> Row:
    """One more record of the same person, as another clerk or form would have written it."""
    row = dict(person)
    if random.random() < 0.5:
        row |= {"given_name": row["given_latin"], "surname": row["surname_latin"]}
    for change in (_other_title, _swap_names, _swap_day_and_month, _new_phone_form, _move, _lose_something, _mistype):
        if random.random() < 0.25:
            change(row, random)
    return row


def _household(random: Random) -> Iterator[Row]:
    """One family name, address and sometimes e-mail and birthday (twins) for all."""
    family, family_latin = _compound(random, FAMILY_HEADS, FAMILY_TAILS)
    home = _home(random)
    birthday, email = _birthday(random), f"{family_latin}{random.randint(1, 99_999)}@example.com"
    givens = {_compound(random, GIVEN_HEADS, GIVEN_TAILS) for _ in range(random.choice((1, 1, 2, 3, 4)))}
    for given, given_latin in sorted(givens):
        yield {
            "given_name": given, "surname": family, **home, "given_latin": given_latin, "surname_latin": family_latin,
            "date_of_birth": birthday if random.random() < 0.05 else _birthday(random),
            "phone": _phone(random) if random.random() < 0.8 else "",
            "email": random.choice((email, f"{given_latin}{random.randint(1, 9_999)}@example.com", "")),
        }  # fmt: skip


def _plain(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.endswith("_latin")}


def _compound(random: Random, heads: Names, tails: Names) -> tuple[str, str]:
    (head, head_latin), (tail, tail_latin) = random.choice(heads), random.choice(tails)
    return head + tail, random.choice(head_latin) + random.choice(tail_latin)


def _home(random: Random) -> Row:
    return {
        "street_number": f"{random.randint(1, 999)}/{random.randint(1, 99)}",
        "address_1": f"ถนน{random.choice(ROADS)} ซอย {random.randint(1, 120)}",
        "address_2": "",
        "suburb": random.choice(DISTRICTS),
        "postcode": f"{random.randint(100, 960)}{random.choice('0123456')}0",
        "state": random.choice(PROVINCES),
    }


def _birthday(random: Random) -> str:
    return f"{random.randint(1940, 2005)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _phone(random: Random) -> str:
    return f"08{random.randint(0, 9)}{random.randint(0, 9_999_999):07}"


def _other_title(row: Row, random: Random) -> None:
    if not row["given_name"].isascii():
        row["given_name"] = random.choice(TITLES) + row["given_name"]


def _swap_names(row: Row, random: Random) -> None:
    row["given_name"], row["surname"] = row["surname"], row["given_name"]


def _swap_day_and_month(row: Row, random: Random) -> None:
    year, month, day = row["date_of_birth"].split("-")
    if int(day) <= 12:
        row["date_of_birth"] = f"{year}-{day}-{month}"


def _new_phone_form(row: Row, random: Random) -> None:
    if digits := row["phone"]:
        row["phone"] = random.choice((f"+66 {digits[1:3]} {digits[3:6]} {digits[6:]}", f"{digits[:3]}-{digits[3:]}"))


def _move(row: Row, random: Random) -> None:
    row.update(_home(random))


def _lose_something(row: Row, random: Random) -> None:
    for name in random.sample(("date_of_birth", "phone", "email", "surname", "address_1", "postcode"), 2):
        if name != "date_of_birth" or "-" in row[name]:
            row[name] = ""


def _mistype(row: Row, random: Random) -> None:
    name = random.choice(("given_name", "surname", "email", "address_1", "phone"))
    row[name] = _typo(row[name], random)


def _distort(row: Row, changes: int, random: Random) -> Row:
    names = [name for name in row if name not in ("rec_id", "soc_sec_id")]
    for _ in range(changes):
        name = random.choice(names)
        random.choice((_typo_in, _typo_in, _typo_in, _lose, _exchange))(row, name, random)
    return row


def _typo_in(row: Row, name: str, random: Random) -> None:
    row[name] = _typo(row[name], random)


def _lose(row: Row, name: str, random: Random) -> None:
    row[name] = ""


def _exchange(row: Row, name: str, random: Random) -> None:
    other = random.choice([other for other in row if other != "rec_id"])
    row[name], row[other] = row[other], row[name]


def _typo(text: str, random: Random) -> str:
    """One letter or digit wrong, missing, doubled, or exchanged with the next."""
    if len(text) < 2:
        return text
    at = random.randrange(len(text) - 1)
    letters = "0123456789" if text[at].isdigit() else LETTERS if text[at].isascii() else THAI_LETTERS
    wrong = random.choice(letters)
    forms: Sequence[Callable[[], str]] = (
        lambda: text[:at] + wrong + text[at + 1 :],
        lambda: text[:at] + text[at + 1 :],
        lambda: text[: at + 1] + text[at:],
        lambda: text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    )
    return random.choice(forms)()
