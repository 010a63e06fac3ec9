"""The same change to many contacts, over HTTP."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.web import ReadModel, examples

MOST_CONTACTS = 1_000
ContactIds = Annotated[
    list[UUID], Field(min_length=1, max_length=MOST_CONTACTS), AfterValidator(lambda ids: list(dict.fromkeys(ids)))
]


class Refusal(ReadModel):
    model_config = examples({"code": "too_many_tags", "detail": "A contact has at most 50 tags."})

    contact_id: UUID
    code: str
    detail: str


class ManyChanged(ReadModel):
    """`unknown` are ids of no live contact, `refused` of contacts that cannot have it: a reason each."""

    model_config = examples({"changed": 2, "unchanged": 1, "unknown": [], "refused": []})

    changed: int
    unchanged: int
    unknown: list[UUID]
    refused: list[Refusal]
