"""Optimistic concurrency: a change may name the version that it is based on."""

from shared.errors import PreconditionFailedError


class VersionMismatch(PreconditionFailedError):
    code = "version_mismatch"


def check_version(current: int, expected: int | None) -> None:
    """Raises VersionMismatch. Call it with the row locked."""
    if expected is not None and current != expected:
        raise VersionMismatch(
            f"The record is at version {current}, not {expected}. Read it again, then repeat the change.",
            headers={"ETag": f'"{current}"'},
            current_version=current,
        )
