"""Suppressed addresses over HTTP: given as they are, answered without them."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from contacts_service.channels import KIND_OF, AddressKind, Channel
from contacts_service.contacts.values import clean_lines, parse_email, parse_phone
from contacts_service.suppressions.models import Address
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import ON_REQUEST, ListTotal

Reason = Annotated[str, Field(max_length=500), AfterValidator(clean_lines)]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,49}$")]


class AddressGiven(WriteModel):
    """An e-mail address, a phone number in any form, or a LINE user id."""

    model_config = examples({"kind": "email", "value": "malee@example.com"}, {"kind": "phone", "value": "081-234-5678"})

    kind: AddressKind
    value: Annotated[str, Field(min_length=1, max_length=320)]

    @model_validator(mode="after")
    def _normalise(self) -> Self:
        if self.kind is AddressKind.EMAIL:
            self.value = parse_email(self.value)
        elif self.kind is AddressKind.PHONE:
            self.value = parse_phone(self.value)
        return self

    @property
    def address(self) -> Address:
        return self.kind.value, self.value


class SuppressionCreate(AddressGiven):
    """`channel` must be one that uses such an address, or `all`."""

    model_config = examples(
        {"kind": "phone", "value": "081-234-5678", "channel": "sms", "reason": "ขอไม่รับข้อความ"},
        {"kind": "email", "value": "ada@example.com", "channel": "all", "reason": "Complained about a mailing"},
    )

    channel: Channel = Channel.ALL
    reason: Reason | None = None
    source: Source = "api"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.channel is not Channel.ALL and KIND_OF.get(self.channel) is not self.kind:
            raise ValueError(f"the channel {self.channel} does not use an address of the kind {self.kind}")
        return self


class SuppressionsCreate(WriteModel):
    model_config = examples(
        {"addresses": [{"kind": "phone", "value": "081-234-5678", "channel": "sms", "reason": "ขอไม่รับข้อความ"}]},
        {"addresses": [{"kind": "email", "value": "ada@example.com", "reason": "Complained about a mailing"}]},
    )

    addresses: Annotated[list[SuppressionCreate], Field(min_length=1, max_length=1000)]


class SuppressionLookup(WriteModel):
    model_config = examples({"addresses": [{"kind": "email", "value": "malee@example.com"}]})

    addresses: Annotated[list[AddressGiven], Field(min_length=1, max_length=1000)]


class SuppressionRead(ReadModel):
    """`contact_id` is the contact whose opt-out it was; null where the address itself was given."""

    model_config = examples({"purpose": "all", "source": "api", "reason": "ขอไม่รับข้อความ"})

    id: UUID
    type: Literal["suppressed_address"]
    kind: AddressKind
    channel: Channel
    purpose: str
    contact_id: UUID | None
    reason: str | None
    source: str
    created_at: Instant
    created_by: UUID | None


class SuppressionList(ReadModel):
    data: list[SuppressionRead]
    next_cursor: str | None
    total: ListTotal | None = ON_REQUEST


class SuppressionFound(ReadModel):
    """Of the address at `index` of the request."""

    index: int
    suppressions: list[SuppressionRead]


class SuppressionsFound(ReadModel):
    data: list[SuppressionFound]
