"""Single records with what they name."""

from typing import Annotated, Any

import orjson
from fastapi import Query, Response

from shared.query import Document, Reader
from shared.query.expansion import Expansions, expand
from shared.web.responses import record

ExpandParam = Annotated[
    str | None, Query(max_length=200, description="What to show in full, beside its id: `company,company.parent`.")
]


async def expanded_record(
    reader: Reader,
    row: dict[str, Any] | Document,
    expansions: Expansions,
    wanted: str | None,
    if_none_match: str | None,
) -> Response:
    """The record with its ETag, or 304; never 304 with an expansion, which the ETag does not tell of."""
    if wanted is None:
        return record(row, if_none_match)
    shown = orjson.loads(row.text) if isinstance(row, Document) else row
    await expand(reader, expansions, wanted, [shown])
    return record(shown)
