"""Which changes of the API's document would break its clients. Pure: two documents in, findings out."""

from deploy.breaking.operations import breaking_changes

__all__ = ["breaking_changes"]
