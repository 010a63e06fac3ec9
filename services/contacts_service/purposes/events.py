"""What purposes tell the other services."""

from contacts_service.purposes.models import Purpose
from shared.messaging.event import Event


class PurposeChanged(Event, type="contacts.consent_purpose.changed.v1", key="purpose"):
    """A tenant worded a purpose, or changed its lawful basis."""

    purpose: str
    version: int
    name_th: str
    name_en: str
    lawful_basis: str
    is_archived: bool

    @classmethod
    def of(cls, purpose: Purpose) -> "PurposeChanged":
        return cls(
            purpose=purpose.key,
            version=purpose.version,
            name_th=purpose.name_th,
            name_en=purpose.name_en,
            lawful_basis=purpose.lawful_basis,
            is_archived=purpose.is_archived,
        )
