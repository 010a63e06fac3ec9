"""Optimistic concurrency: a change may name the version that it is based on."""

from shared.errors import PreconditionFailedError

NO_RECORD = 0
"""The version to name for a change that must not find a record."""


class VersionMismatch(PreconditionFailedError):
    code = "version_mismatch"
    title = ("Changed meanwhile", "ข้อมูลถูกแก้ไขไปแล้ว")


class AlreadyExists(PreconditionFailedError):
    code = "already_exists"
    title = ("It exists already", "มีข้อมูลนี้อยู่แล้ว")


def check_version(current: int, expected: int | None) -> None:
    """Raises VersionMismatch; AlreadyExists if NO_RECORD was expected. Call it with the row locked."""
    if expected is None or current == expected:
        return
    known = {"ETag": f'"{current}"'}
    if expected == NO_RECORD:
        detail = f"The record exists, at version {current}. Leave If-None-Match out to change it."
        raise AlreadyExists(detail, headers=known, current_version=current)
    raise VersionMismatch(
        f"The record is at version {current}, not {expected}. Read it again, then repeat the change.",
        headers=known,
        current_version=current,
    )


def check_no_record(expected: int | None) -> None:
    """For an upsert that found nothing to change. Raises VersionMismatch."""
    if expected:
        raise VersionMismatch(
            f"There is no record yet, so none at version {expected}. Leave If-Match out to create it.",
            current_version=None,
        )
