"""A contact at a glance."""

from typing import Any, Literal

from pydantic import Field

from shared.web import ReadModel, examples

Part = Literal["last_contact", "open_items", "metrics"]


class Overview(ReadModel):
    """Each part is as its own path answers it; null where `incomplete` names it: its service is down or late."""

    model_config = examples(
        {
            "contact": {"id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "type": "contact", "full_name": "มาลี สวัสดี"},
            "last_contact": {"contacted_at": "2026-11-20T03:00:00.000Z", "kind": "call", "subject": "สอบถามสินค้า"},
            "open_items": [],
            "metrics": {"frequency": 4, "recency_days": 12},
            "incomplete": [],
        },
        {
            "contact": {"id": "019a5f00-7c1b-7d04-8a55-1f2e3d4c5b6a", "type": "contact", "full_name": "Ada Lovelace"},
            "last_contact": {
                "contacted_at": "2026-11-20T03:00:00.000Z",
                "kind": "call",
                "subject": "Asked for a quote",
            },
            "open_items": [],
            "incomplete": ["metrics"],
        },
    )

    contact: dict[str, Any] = Field(description="As `GET /v1/contacts/{id}`.")
    last_contact: dict[str, Any] | None = Field(description="As `GET /v1/contacts/{id}/last-contact`.")
    open_items: list[dict[str, Any]] | None = Field(
        description="Interactions with a follow-up that is not done, at most 20."
    )
    metrics: dict[str, Any] | None = Field(description="As `GET /v1/contacts/{id}/metrics`.")
    incomplete: list[Part]
