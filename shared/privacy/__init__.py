"""Persons' rights, in each service alike: what its tables hold of a person is declared once, given out and erased.

`holdings` says what; `tasks` do it when the saga's owner asks, and answer with counts.
"""

from shared.privacy.events import Answer, Asked
from shared.privacy.holdings import Holdings, Person, Rule, StillInUse, by_consumer, count_rows
from shared.privacy.models import ErasedPerson, PrivacyTask, privacy_metadata, when_erased
from shared.privacy.tasks import add_task, run_tasks, take
from shared.privacy.words import ref_word, word

__all__ = [
    "Answer",
    "Asked",
    "ErasedPerson",
    "Holdings",
    "Person",
    "PrivacyTask",
    "Rule",
    "StillInUse",
    "add_task",
    "by_consumer",
    "count_rows",
    "privacy_metadata",
    "ref_word",
    "run_tasks",
    "take",
    "when_erased",
    "word",
]
