"""Lists, page by page."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol


class Page(Protocol):
    data: list[Any]
    next_cursor: str | None


def items(page: Callable[..., Page | Any]) -> Iterator[Any]:
    """All items of a list: `items(partial(list_contacts.sync, client=client, limit=100))`."""
    cursor: dict[str, str] = {}
    while True:
        answer = page(**cursor)
        yield from answer.data
        if answer.next_cursor is None:
            return
        cursor = {"cursor": answer.next_cursor}
