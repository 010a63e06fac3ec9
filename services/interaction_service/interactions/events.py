"""What interactions tell the other services: state without free text."""

from datetime import datetime
from typing import Self
from uuid import UUID

from interaction_service.interactions.models import Interaction
from shared.messaging import Event


class InteractionState(Event):
    """The whole of what others may keep of an interaction; `previous_contact_id` if it was another contact's before."""

    interaction_id: UUID
    version: int
    contact_id: UUID
    previous_contact_id: UUID | None
    company_id: UUID | None
    kind: str
    direction: str
    outcome: str | None
    occurred_at: datetime
    duration_s: int | None
    responsible_id: UUID | None
    owner_id: UUID | None
    follow_up_at: datetime | None
    follow_up_done_at: datetime | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    changed_fields: list[str]

    @classmethod
    def of(
        cls, interaction: Interaction, changed_fields: list[str], *, previous_contact_id: UUID | None = None
    ) -> Self:
        copied = {name: getattr(interaction, name) for name in COPIED}
        return cls(
            interaction_id=interaction.id,
            previous_contact_id=previous_contact_id,
            changed_fields=changed_fields,
            **copied,
        )


COPIED = (
    "version", "contact_id", "company_id", "kind", "direction", "outcome", "occurred_at", "duration_s",
    "responsible_id", "owner_id", "follow_up_at", "follow_up_done_at", "tags", "created_at", "updated_at",
)  # fmt: skip


class InteractionLogged(
    InteractionState, type="interactions.interaction.logged.v1", key="contact_id", subject="interaction_id"
):
    """Something happened with a contact."""


class InteractionUpdated(
    InteractionState, type="interactions.interaction.updated.v1", key="contact_id", subject="interaction_id"
):
    """An interaction changed; `changed_fields` names how."""


class InteractionRestored(
    InteractionState, type="interactions.interaction.restored.v1", key="contact_id", subject="interaction_id"
):
    """A deleted interaction is back."""


class InteractionDeleted(Event, type="interactions.interaction.deleted.v1", key="contact_id", subject="interaction_id"):
    """An interaction was deleted; it may be restored."""

    interaction_id: UUID
    version: int
    contact_id: UUID
    deleted_at: datetime


class InteractionSnapshot(
    InteractionState, type="interactions.interaction.snapshot.v1", key="contact_id", subject="interaction_id"
):
    """The state of an interaction, told again: nothing happened. Readers keep the newest version."""


class InteractionTombstone(
    InteractionDeleted, type="interactions.interaction.tombstone.v1", key="contact_id", subject="interaction_id"
):
    """That an interaction is deleted, told again: nothing happened. Readers keep the newest version."""


def tell_interaction(interaction: Interaction) -> InteractionSnapshot | InteractionTombstone:
    if interaction.deleted_at is None:
        return InteractionSnapshot.of(interaction, [])
    return InteractionTombstone(
        interaction_id=interaction.id,
        version=interaction.version,
        contact_id=interaction.contact_id,
        deleted_at=interaction.deleted_at,
    )
