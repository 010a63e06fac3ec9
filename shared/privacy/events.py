"""What the owner of a request asks of every service, and what a service answers. Ids and counts, never a value."""

from typing import Literal
from uuid import UUID

from shared.messaging.event import Event, Reading

Kind = Literal["erasure", "export"]


class Asked(Reading):
    """A service's own class names the `types`. `contact_ids` are all ids that the person has had."""

    request_id: UUID
    contact_id: UUID
    contact_ids: list[UUID]

    @property
    def kind(self) -> Kind:
        return "erasure" if ".erasure." in self.envelope.type else "export"


class Answer(Event):
    """What a service did about a request: rows by table. It comes again, with what was found late, if anything was."""

    request_id: UUID
    contact_id: UUID
    counts: dict[str, int]
