"""The judge is told what happened, and must name what is wrong with it, and nothing else."""

from dataclasses import replace
from hashlib import sha256

import pytest

from tests.faults.checker import Entry, Note, Verdict, judge_applied, judge_log, judge_store
from tests.faults.ledger import Ack, Kind, Ledger, digest

TOPIC = "samphan.contacts"
ACKS = [Ack(Kind.CONTACT, key, version, f"{key}{version}", key) for version in (1, 2, 3) for key in ("a", "b")]
ENTRIES = [Entry(TOPIC, ack.key, f"event {ack.token}", ack.aggregate, ack.version, ack.token) for ack in ACKS]
NOTES = [Note(entry.key, entry.event_id) for entry in ENTRIES]
STORE = {"a": (3, "a3"), "b": (3, "b3")}


def kinds(verdict: Verdict) -> set[str]:
    return {name for name, found in vars(verdict).items() if found}


def of_log(acks: list[Ack], entries: list[Entry]) -> set[str]:
    verdict = Verdict()
    judge_log(verdict, acks, entries)
    return kinds(verdict)


def of_notes(entries: list[Entry], applied: list[Note], once: list[Note]) -> set[str]:
    verdict = Verdict()
    judge_applied(verdict, entries, applied, once)
    return kinds(verdict)


def of_store(seen: dict[str, tuple[int, str]]) -> set[str]:
    verdict = Verdict()
    judge_store(verdict, "store", STORE, seen)
    return kinds(verdict)


def test_a_log_with_every_write_in_order_is_fine() -> None:
    assert of_log(ACKS, ENTRIES) == set()


def test_an_event_may_stand_in_the_log_again() -> None:
    assert of_log(ACKS, [*ENTRIES, ENTRIES[0], ENTRIES[2]]) == set()


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (ENTRIES[1:], {"lost"}),
        ([ENTRIES[2], ENTRIES[0], *ENTRIES[3:], ENTRIES[1]], {"disordered"}),
        ([*ENTRIES, ENTRIES[0]._replace(event_id="another")], {"repeated"}),
        ([*ENTRIES, Entry(TOPIC, "a", "unasked", "a", 4, "a4")], {"repeated"}),
        ([ENTRIES[0]._replace(token="else"), *ENTRIES[1:]], {"wrong"}),
    ],
    ids=["missing", "overtaken", "another event", "unacknowledged", "another token"],
)
def test_what_is_wrong_with_a_log_is_named(entries: list[Entry], found: set[str]) -> None:
    assert of_log(ACKS, entries) == found


def test_a_witness_who_saw_each_event_once_in_order_is_content() -> None:
    assert of_notes(ENTRIES, NOTES, NOTES) == set()


def test_an_event_that_is_twice_in_the_log_passes_the_inbox_once() -> None:
    again = [*ENTRIES, ENTRIES[0]]

    assert of_notes(again, [*NOTES, NOTES[0]], NOTES) == set()
    assert of_notes(again, [*NOTES, NOTES[0]], [*NOTES, NOTES[0]]) == {"repeated"}


@pytest.mark.parametrize(
    ("applied", "found"),
    [
        (NOTES[:-1], {"lost"}),
        ([*NOTES, NOTES[-1]], {"repeated"}),
        ([NOTES[2], NOTES[1], NOTES[0], *NOTES[3:]], {"disordered"}),
        ([*NOTES, Note("a", "from nowhere")], {"repeated"}),
    ],
    ids=["missing", "twice", "overtaken", "from nowhere"],
)
def test_what_a_witness_saw_amiss_is_named(applied: list[Note], found: set[str]) -> None:
    assert of_notes(ENTRIES, applied, NOTES) == found


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, set()),
        ({"b": (2, "b2")}, {"lost"}),
        ({"b": (4, "b4")}, {"wrong"}),
        ({"b": (3, "b2")}, {"wrong"}),
        ({"c": (1, "c1")}, {"repeated"}),
    ],
    ids=["as told", "older", "newer", "another token", "unacknowledged"],
)
def test_what_is_wrong_with_a_table_is_named(change: dict[str, tuple[int, str]], found: set[str]) -> None:
    assert of_store(STORE | change) == found


def test_a_row_that_is_missing_is_lost() -> None:
    assert of_store({"a": (3, "a3")}) == {"lost"}


def test_the_ledger_adds_up_the_newest_of_each_order() -> None:
    contact = Ack(Kind.CONTACT, "a", 2, "t", "a")
    order = Ack(Kind.ORDER, "o", 1, "t", "a", amount=5)
    spoken = Ack(Kind.INTERACTION, "i", 1, "t", "a")
    ledger = Ledger([contact, order, order._replace(version=2, amount=7), spoken])

    assert ledger.features() == {"a": (2, "1 7 1")}
    assert ledger.known_orders() == {"o": (2, "a 7")}


def test_a_digest_is_of_sorted_lines() -> None:
    assert digest({"b": (1, "y"), "a": (2, "x")}) == sha256(b"a 2 x\nb 1 y").hexdigest()


def test_a_verdict_counts_and_gives_examples() -> None:
    verdict = replace(Verdict(), lost=[f"row {number}" for number in range(9)])

    assert not verdict.is_fine
    assert str(verdict) == "lost 9: row 0; row 1; row 2; row 3; row 4"
