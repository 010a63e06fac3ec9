"""Asking a failing service less: a circuit breaker, and a budget for second attempts. Both count in this process."""

from collections import deque
from collections.abc import Callable
from time import monotonic

WINDOW_S = 10
MIN_CALLS = 20
FAILURE_RATIO = 0.5
OPEN_S = 5.0
RETRY_SHARE = 0.2
RETRY_FLOOR_PER_S = 10.0


class Breaker:
    """Opens when at least half of at least 20 calls in 10 s failed; after 5 s lets one probe through, which decides."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._seconds: deque[list[int]] = deque()
        self._opened_at: float | None = None
        self._probing = False

    def retry_after_s(self) -> float | None:
        """None lets the call through, which must then be recorded; otherwise the seconds to wait."""
        if self._opened_at is None:
            return None
        wait_s = self._opened_at + OPEN_S - self._clock()
        if wait_s > 0 or self._probing:
            return max(wait_s, 1.0)
        self._probing = True
        return None

    def record(self, *, failed: bool) -> None:
        if self._opened_at is not None:
            return self._judge_probe(failed=failed)
        second = int(self._clock())
        if not self._seconds or self._seconds[-1][0] != second:
            self._seconds.append([second, 0, 0])
            while self._seconds[0][0] <= second - WINDOW_S:
                self._seconds.popleft()
        self._seconds[-1][1] += 1
        if failed:
            self._seconds[-1][2] += 1
            self._open_if_bad()

    def abandon(self) -> None:
        """A call ended without telling anything about the service."""
        self._probing = False

    def _judge_probe(self, *, failed: bool) -> None:
        if not self._probing:
            return
        self._probing = False
        self._opened_at = self._clock() if failed else None
        self._seconds.clear()

    def _open_if_bad(self) -> None:
        calls = sum(second[1] for second in self._seconds)
        failures = sum(second[2] for second in self._seconds)
        if calls >= MIN_CALLS and failures >= FAILURE_RATIO * calls:
            self._opened_at = self._clock()


class RetryBudget:
    """Second attempts are at most 20 % of requests plus 10 a second, so that retries cannot double an overload."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left = RETRY_FLOOR_PER_S
        self._filled_at = clock()

    def deposit(self) -> None:
        self._left = min(self._left + RETRY_SHARE, RETRY_FLOOR_PER_S * WINDOW_S)

    def withdraw(self) -> bool:
        now = self._clock()
        filled = self._left + (now - self._filled_at) * RETRY_FLOOR_PER_S
        self._left, self._filled_at = min(filled, RETRY_FLOOR_PER_S * WINDOW_S), now
        if self._left < 1:
            return False
        self._left -= 1
        return True
