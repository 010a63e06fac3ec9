"""A first look at a file, before anything is done with it. Blocking: call it in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from contacts_service.contacts.values import clean_text, shorten
from contacts_service.imports.layouts import Detected, detect_layout
from contacts_service.imports.plans import Plan, plan_reading
from contacts_service.imports.rows import read_contact
from shared.files import Table, open_table, read_rows
from shared.files.errors import EmptyFile
from shared.files.failed_rows import error_as_dict
from shared.files.records import Row
from shared.files.tables import Kind, count_rows

PREVIEW_ROWS = 5
SAMPLES = 3
_SAMPLE_ROWS = 20
_SAMPLE_CHARS = 60


def inspect(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> dict[str, Any]:
    """What a new Import keeps of its file. A CSV is read to its end, so that nothing of a broken one is imported.

    Raises UnreadableFile, and InvalidMapping if no column is understood.
    """
    table = open_table(path, encoding=encoding, delimiter=delimiter)
    count = count_rows(table) if table.kind is Kind.CSV else None
    sample = list(islice(read_rows(table), _SAMPLE_ROWS))
    if not sample:
        raise EmptyFile("The file has a header and nothing below it. Add a row for each contact.")
    detected = detect_layout(table.header)
    return {
        "source": _source(table),
        "layout": detected.layout.value,
        "confidence": detected.confidence,
        "columns": columns_of(table.header, detected.mapping, sample),
        "preview": _first_preview(table, detected, sample),
        "rows": count,
    }


def columns_of(header: Sequence[str], mapping: Mapping[int, str], sample: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"index": index, "heading": heading, "target": mapping.get(index), "samples": _samples(sample, index)}
        for index, heading in enumerate(header)
    ]


def preview(table: Table, plan: Plan) -> list[dict[str, Any]]:
    return [_preview_row(row, plan) for row in islice(read_rows(table), PREVIEW_ROWS)]


def _first_preview(table: Table, detected: Detected, sample: Sequence[Row]) -> list[dict[str, Any]]:
    """Without any column that is understood there is nothing to show yet: the client maps them first."""
    if not detected.mapping:
        return []
    plan = plan_reading(table.header, detected.mapping)
    return [_preview_row(row, plan) for row in sample[:PREVIEW_ROWS]]


def _preview_row(row: Row, plan: Plan) -> dict[str, Any]:
    found = read_contact(row, plan)
    if isinstance(found, list):
        return {"row": row.number, "contact": None, "errors": [error_as_dict(error) for error in found]}
    return {"row": row.number, "contact": found, "errors": []}


def _samples(sample: Sequence[Row], index: int) -> list[str]:
    cells = (clean_text(row.cells[index][: 2 * _SAMPLE_CHARS]) for row in sample)
    return [shorten(cell, _SAMPLE_CHARS) for cell in islice(dict.fromkeys(filter(None, cells)), SAMPLES)]


def _source(table: Table) -> dict[str, Any]:
    known = asdict(table)
    return {name: value for name, value in known.items() if name not in ("path", "header")}
