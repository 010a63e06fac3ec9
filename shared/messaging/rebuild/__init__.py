"""A projection made again from the log, beside the live one, and put in its place: see docs/adr/0010."""

from shared.messaging.rebuild.comparison import Comparison
from shared.messaging.rebuild.rebuilding import Choices, NoProjection, RebuildRunning, rebuild
from shared.messaging.rebuild.replay import TooManyParked

__all__ = ["Choices", "Comparison", "NoProjection", "RebuildRunning", "TooManyParked", "rebuild"]
