"""How long a request, or a read of the database, may take."""

import asyncio
from math import ceil
from time import monotonic
from types import TracebackType

GRAIN_S = 0.01


Due = dict[int, set["Deadline"]]
"""What is due in the same hundredth of a second, in one event loop. It has one timer, which is never cancelled: nearly
all that is begun ends long before."""


class Deadline:
    """`asyncio.timeout` for where every request passes, at a fifth of its cost.

    `with`, around awaits of one task. Raises TimeoutError in place of the cancellation that it caused.
    """

    __slots__ = ("_cancelling", "_due", "_passed", "_slot", "_task")

    def __init__(self, due: Due, after_s: float) -> None:
        self._due = due
        self._slot = ceil((monotonic() + max(0.0, after_s)) / GRAIN_S)
        self._passed = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        due = self._due.get(self._slot)
        if due is None:
            due = self._due[self._slot] = set()
            in_s = self._slot * GRAIN_S - monotonic()
            asyncio.get_running_loop().call_later(max(0.0, in_s), _pass, self._due, self._slot)
        due.add(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if not self._passed:
            self._due[self._slot].discard(self)
        elif self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def cut(self) -> None:
        self._passed = True
        self._task.cancel()


def _pass(due: Due, slot: int) -> None:
    for each in due.pop(slot):
        each.cut()
