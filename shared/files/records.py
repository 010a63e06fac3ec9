"""What all readers yield, before and after the header is known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from shared.files.errors import RowError

ERROR_COLUMNS = ("_error_row", "_error_code", "_error_detail")
"""Columns that an error file adds and that reading leaves out."""

Readline = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Record:
    """A line as the file has it; `faults` are cells without a usable value: place from 0 → code."""

    number: int
    cells: list[str]
    faults: Mapping[int, str] = field(default_factory=dict)


class Row(NamedTuple):
    """A line below the header. `cells` has one for each heading; cells too many follow them, and are an error."""

    number: int
    cells: list[str]
    errors: tuple[RowError, ...] = ()
