"""When bad events are so many that the consumer, not the events, is likely to be wrong."""

import time
from collections import deque

from shared.messaging.batch import Outcome

WINDOW_S = 600
MINIMUM = 20


class ParkLimitReachedError(Exception):
    """More than the consumer's share of the events of ten minutes were bad."""


class ParkLimit:
    """`share` of bad events among all new ones, from 20 bad ones on."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._window: deque[tuple[float, Outcome]] = deque()

    def count(self, outcome: Outcome) -> None:
        """Raises ParkLimitReachedError, after the fact: what is parked stays parked, and no more follows."""
        self._window.append((time.monotonic(), outcome))
        while self._window[0][0] < time.monotonic() - WINDOW_S:
            self._window.popleft()
        if outcome.bad:
            bad = sum(past.bad for _, past in self._window)
            total = bad + sum(past.applied for _, past in self._window)
            if bad >= MINIMUM and bad > total * self._share:
                raise ParkLimitReachedError

    def forget(self) -> None:
        self._window.clear()
