"""`/internal/<service>/…`: what operators do, outside the public API and its document."""

from shared.internal.mount import open_doors

__all__ = ["open_doors"]
