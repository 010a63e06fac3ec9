"""Tables that follow from events and nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProjectionTable:
    """A table with `tenant_id`, and how two makings of it from the same events are compared.

    `ignoring` names the columns, and `where` (SQL) leaves out the rows, that depend on how events came in batches.
    """

    name: str
    ignoring: frozenset[str] = frozenset()
    where: str = "true"
