"""Reads: selects compiled once, run on the raw pool, rows as JSON-ready values; lists by keyset."""

from shared.query.filters import Field, Kind
from shared.query.listing import Collection, ListRequest, More, Page
from shared.query.reader import Document, Query, Reader, Row

__all__ = [
    "Collection",
    "Document",
    "Field",
    "Kind",
    "ListRequest",
    "More",
    "Page",
    "Query",
    "Reader",
    "Row",
]
