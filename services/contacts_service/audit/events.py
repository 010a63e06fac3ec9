"""What others are told of the audit log: enough to notice, from outside, that it was changed afterwards."""

from datetime import date
from uuid import UUID

from shared.messaging import Event


class AuditDayClosed(Event, type="contacts.audit_day.closed.v1", key="tenant_id"):
    """A day's last entry. Who keeps `hash` (hexadecimal) can tell later whether the log up to it is still the same."""

    tenant_id: UUID
    day: date
    number: int
    hash: str
