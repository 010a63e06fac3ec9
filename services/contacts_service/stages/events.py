"""What the lifecycle tells the other services."""

from uuid import UUID

from shared.messaging.event import Event


class LifecycleChanged(Event, type="contacts.lifecycle.changed.v1", key="contact_id"):
    """A contact moved from one stage to another; `seconds` is how long it was in the first. `source` is `api`,
    `import` or `rule`. `contacts.contact.updated` tells of the same change."""

    contact_id: UUID
    version: int
    from_stage: str | None
    to_stage: str | None
    seconds: int
    source: str
    reason: str | None


class LifecycleConfigured(Event, type="contacts.lifecycle.configured.v1", key="config_id"):
    """A business has other stages or rules. `config_id` is the business itself."""

    config_id: UUID
    version: int
    stages: list[str]
