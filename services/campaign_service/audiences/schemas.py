"""Audiences over HTTP."""

from shared.web import ReadModel


class GroupRead(ReadModel):
    """`value` is null for contacts of whom it is not known."""

    value: str | None
    contacts: int


class ReachableRead(ReadModel):
    """Contacts that have an e-mail, a phone, at least one of them."""

    email: int
    phone: int
    any: int


class AudienceSummary(ReadModel):
    contacts: int
    reachable: ReachableRead
    by_language: list[GroupRead]
    by_customer_class: list[GroupRead]
    by_lifecycle_stage: list[GroupRead]
