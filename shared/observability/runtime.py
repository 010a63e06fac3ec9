"""The interpreter, tuned once after all imports."""

import gc


def settle_process() -> None:
    """Moves all that is imported out of the collector's sight: full collections over it cause latency peaks."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
