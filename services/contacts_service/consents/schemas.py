"""Consents over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.channels import Channel
from contacts_service.consents.models import Decision
from contacts_service.contacts.parts import ContactExternalId
from contacts_service.contacts.values import clean_lines
from contacts_service.purposes.models import LawfulBasis
from contacts_service.purposes.schemas import Key
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import JSON_INTEGER, ON_REQUEST, ListTotal

Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,49}$")]
Evidence = Annotated[str, Field(max_length=2000), AfterValidator(clean_lines)]
THAI_DECISION: dict[str, Any] = {
    "purpose": "marketing",
    "channel": "email",
    "decision": "given",
    "occurred_at": "2026-11-22T09:30:00.000Z",
    "source": "web_form",
    "evidence": "แบบฟอร์มสมัครสมาชิกหน้าร้าน เลขที่ 1001",
    "text_version": 1,
}
ENGLISH_DECISION: dict[str, Any] = {
    "purpose": "marketing",
    "channel": "all",
    "decision": "withdrawn",
    "source": "phone",
    "evidence": "Asked on the phone not to get any more offers",
}


class ConsentDecide(WriteModel):
    """What a person decided. Without `occurred_at` it was just now; `lawful_basis` is the purpose's unless it is said.

    `source` says where: `web_form`, `phone`, `paper`. `evidence` is how it can be proved. `text_version` is what the
    person had read.
    """

    model_config = examples(THAI_DECISION, ENGLISH_DECISION)

    purpose: Key
    channel: Channel
    decision: Decision
    occurred_at: Instant | None = None
    source: Source = "api"
    evidence: Evidence | None = None
    text_version: Annotated[int, Field(ge=1, lt=2**31), JSON_INTEGER] | None = None
    lawful_basis: LawfulBasis | None = None


class ConsentDecisions(WriteModel):
    model_config = examples({"decisions": [THAI_DECISION]}, {"decisions": [ENGLISH_DECISION]})

    decisions: Annotated[list[ConsentDecide], Field(min_length=1, max_length=100)]


class ConsentRow(ConsentDecide):
    """A decision of the contact that is named by its id or by its id in another system. `ref` comes back."""

    ref: Annotated[str, Field(max_length=200)] | None = None
    contact_id: UUID | None = None
    external_id: ContactExternalId | None = None


class ConsentRows(WriteModel):
    """`rows` of ConsentRow: a decision with `contact_id` or `external_id`. They are checked one by one."""

    model_config = examples(
        {"rows": [{"external_id": {"system": "shopify", "id": "7001"}, **THAI_DECISION}]},
        {"rows": [{"external_id": {"system": "hubspot", "id": "351"}, **ENGLISH_DECISION}]},
    )

    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class ConsentStanding(ReadModel):
    """What counts for a purpose and channel, and the decision that settles it, which may be one for all channels."""

    model_config = examples(
        {**THAI_DECISION, "state": "given", "decided_for": "email"},
        {**ENGLISH_DECISION, "state": "withdrawn", "decided_for": "all"},
    )

    purpose: str
    channel: Channel
    state: Decision
    decided_for: Channel
    decision_id: UUID
    lawful_basis: LawfulBasis | None
    occurred_at: Instant
    recorded_at: Instant
    source: str
    evidence: str | None
    text_version: int | None
    recorded_by: UUID | None


class ConsentStandings(ReadModel):
    data: list[ConsentStanding]


class ConsentRecord(ReadModel):
    """One row of the ledger."""

    model_config = examples(THAI_DECISION, ENGLISH_DECISION)

    id: UUID
    type: Literal["consent_decision"]
    contact_id: UUID
    purpose: str
    channel: Channel
    decision: Decision
    lawful_basis: LawfulBasis | None
    occurred_at: Instant
    recorded_at: Instant
    source: str
    evidence: str | None
    text_version: int | None
    recorded_by: UUID | None


class ConsentHistory(ReadModel):
    data: list[ConsentRecord]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class DoNotContactPut(WriteModel):
    """Why, where it was said, and when; without `occurred_at` just now."""

    model_config = examples(
        {"source": "phone", "evidence": "ลูกค้าขอไม่ให้โทรอีก"},
        {"source": "letter", "evidence": "Letter of 3 March, no. 17"},
    )

    occurred_at: Instant | None = None
    source: Source = "api"
    evidence: Evidence | None = None


class DoNotContactRead(ReadModel):
    """The channels that were ever closed; `all` counts for those that are not named."""

    data: list[ConsentStanding]
