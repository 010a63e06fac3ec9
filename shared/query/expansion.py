"""Records with the records they name: `expand=company,company.parent` costs one more statement a name, not a row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shared.errors import FieldError, UnprocessableError
from shared.query.reader import Query, Reader

MAX_EXPANSIONS = 5
MAX_DEPTH = 2

Rows = Sequence[dict[str, Any]]


class UnknownExpansion(UnprocessableError):
    code = "unknown_expansion"


@dataclass(frozen=True, slots=True)
class Expansion:
    """What stands for the id in the field `key`. `query` gives the records, with their `id`, of the ids in `ids`."""

    key: str
    query: Query
    inner: "Expansions" = field(default_factory=dict)


Expansions = Mapping[str, Expansion]
NOTHING: Expansions = MappingProxyType({})
Tree = dict[str, "Tree"]


async def expand(reader: Reader, known: Expansions, text: str | None, rows: Rows) -> None:
    """Adds to each row, under the names in `text`, what it names: null if it names nothing, or nothing that is here.

    Raises UnknownExpansion.
    """
    tree = read_expand(known, text)
    if tree and rows:
        async with reader.transaction() as connection:
            await _add(reader, connection, known, tree, rows)


def read_expand(known: Expansions, text: str | None) -> Tree:
    """Raises UnknownExpansion."""
    if text is None:
        return {}
    paths = text.split(",")
    if len(paths) > MAX_EXPANSIONS:
        raise _unknown(f"Expand at most {MAX_EXPANSIONS} names at once.", known)
    tree: Tree = {}
    for path in paths:
        _grow(tree, known, path)
    return tree


def keys_of(known: Expansions, text: str | None) -> tuple[str, ...]:
    """The fields that rows must have to be expanded. Raises UnknownExpansion."""
    return tuple(known[name].key for name in read_expand(known, text))


def _grow(tree: Tree, known: Expansions, path: str) -> None:
    here = known
    for name in path.split("."):
        if name not in here:
            raise _unknown(f"Unknown expansion {path!r}.", known)
        tree = tree.setdefault(name, {})
        here = here[name].inner


def _unknown(detail: str, known: Expansions) -> UnprocessableError:
    names = sorted(_names(known))
    detail = f"{detail} Known: {', '.join(names)}." if names else f"{detail} Nothing can be expanded here."
    place = FieldError("unknown_expansion", detail, parameter="expand")
    return UnknownExpansion(detail, errors=[place], known=names)


def _names(known: Expansions, before: str = "", depth: int = 1) -> Iterable[str]:
    for name, each in known.items():
        yield before + name
        if depth < MAX_DEPTH:
            yield from _names(each.inner, f"{before}{name}.", depth + 1)


async def _add(reader: Reader, connection: Any, known: Expansions, tree: Tree, rows: Rows) -> None:
    for name, below in tree.items():
        expansion = known[name]
        ids = {row[expansion.key] for row in rows} - {None}
        found = [dict(row) for row in await reader.run(connection, expansion.query, ids=list(ids))] if ids else []
        if below:
            await _add(reader, connection, expansion.inner, below, found)
        by_id = {record["id"]: record for record in found}
        for row in rows:
            row[name] = by_id.get(row[expansion.key])
