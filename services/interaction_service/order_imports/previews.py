"""A first look at a file, before anything is done with it. Blocking: call it in a thread."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from interaction_service.order_imports.cdnow_files import is_cdnow
from interaction_service.order_imports.drafts import Draft, Rules, count, read_drafts, rows_of
from interaction_service.order_imports.layouts import CDNOW_HEADER, detect_layout
from shared.files import Row, Table, open_table
from shared.files.errors import EmptyFile
from shared.files.failed_rows import error_as_dict
from shared.files.tables import Kind

PREVIEW_ORDERS = 5
SAMPLES = 3
_SAMPLE_ROWS = 20
_SAMPLE_CHARS = 60


def inspect(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> dict[str, Any]:
    """What a new OrderImport keeps of its file. Text is read to its end, so that nothing of a broken one is stored.

    Raises UnreadableFile.
    """
    table = None if path.stat().st_size and is_cdnow(path) else open_table(path, encoding=encoding, delimiter=delimiter)
    header = CDNOW_HEADER if table is None else table.header
    layout, mapping = detect_layout(header)
    sample = list(islice(rows_of(path, table), _SAMPLE_ROWS))
    if not sample:
        raise EmptyFile("The file has no row below its header. Add a row for each order.")
    return {
        "layout": layout.value,
        "format": None if table is None else _table(table),
        "columns": _columns(header, mapping, sample),
        "rows": None if table is not None and table.kind is Kind.XLSX else count(path, table),
    }


def preview(path: Path, table: Table | None, rules: Rules) -> list[dict[str, Any]]:
    if not {"number", "placed_at"} <= rules.places.keys():
        return []
    return [_preview(draft) for draft in islice(read_drafts(rows_of(path, table), rules), PREVIEW_ORDERS)]


def _preview(draft: Draft) -> dict[str, Any]:
    errors = [error_as_dict(error) for errors in draft.errors.values() for error in errors]
    return {
        "first_row": draft.rows[0].number,
        "last_row": draft.rows[-1].number,
        "order": None if errors else _readable(draft.given),
        "errors": errors,
    }


def _readable(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str | list | dict) else str(value)
        for name, value in given.items()
        if name != "placed_at"
    } | {"placed_at": given["placed_at"].isoformat().replace("+00:00", "Z")}


def _columns(header: Sequence[str], mapping: Mapping[int, str], sample: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"index": index, "heading": heading, "target": mapping.get(index), "samples": _samples(sample, index)}
        for index, heading in enumerate(header)
    ]


def _samples(sample: Sequence[Row], index: int) -> list[str]:
    found = (row.cells[index].replace("\0", "").strip()[:_SAMPLE_CHARS] for row in sample)
    return list(islice(dict.fromkeys(filter(None, found)), SAMPLES))


def _table(table: Table) -> dict[str, Any]:
    known = asdict(table)
    return {name: value for name, value in known.items() if name not in ("path", "header")}
