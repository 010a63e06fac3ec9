"""A contact at a glance."""

from typing import Any, Literal

from pydantic import Field

from shared.web import ReadModel

Part = Literal["last_contact", "open_items", "metrics"]


class Overview(ReadModel):
    """Each part is as its own path answers it; null where `incomplete` names it: its service is down or late."""

    contact: dict[str, Any] = Field(description="As `GET /v1/contacts/{id}`.")
    last_contact: dict[str, Any] | None = Field(description="As `GET /v1/contacts/{id}/last-contact`.")
    open_items: list[dict[str, Any]] | None = Field(
        description="Interactions with a follow-up that is not done, at most 20."
    )
    metrics: dict[str, Any] | None = Field(description="As `GET /v1/contacts/{id}/metrics`.")
    incomplete: list[Part]
