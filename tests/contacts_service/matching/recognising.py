"""Short forms for what these tests compare."""

from contacts_service.matching.layouts import person_of_row
from contacts_service.matching.people import Person
from contacts_service.matching.scoring import Score, explain
from contacts_service.matching.weights import default_weights

PEOPLE = 10_000


def person(id: str = "", **cells: str) -> Person:  # noqa: A002 - the field's name
    return person_of_row({"rec_id": id, **cells})


def judged(left: Person, right: Person) -> Score:
    """By the weights that hold before anything was learnt."""
    return explain(left, right, default_weights(PEOPLE))


def agreement(score: Score, field: str) -> str:
    return next(reason.agreement.name for reason in score.reasons if reason.field == field)
