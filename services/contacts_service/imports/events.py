"""What imports tell the other services."""

from uuid import UUID

from shared.messaging.event import Event


class ImportCompleted(Event, type="contacts.import.completed.v1", key="import_id"):
    """Every row of a file was dealt with; the contacts themselves were told one by one. No personal data."""

    import_id: UUID
    version: int
    operation_id: UUID
    rows: int
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
