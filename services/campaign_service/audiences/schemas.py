"""Audiences over HTTP."""

from shared.web import ReadModel, examples


class GroupRead(ReadModel):
    """`value` is null for contacts of whom it is not known."""

    model_config = examples({"value": "th", "contacts": 1_210}, {"value": "en", "contacts": 190})

    value: str | None
    contacts: int


class ReachableRead(ReadModel):
    """Contacts that have an e-mail, a phone, at least one of them."""

    model_config = examples({"email": 980, "phone": 1_150, "any": 1_320})

    email: int
    phone: int
    any: int


class AudienceSummary(ReadModel):
    model_config = examples(
        {
            "contacts": 1_400,
            "by_customer_class": [{"value": "retail", "contacts": 40}, {"contacts": 1_360}],
            "by_lifecycle_stage": [{"value": "customer", "contacts": 900}, {"contacts": 500}],
        }
    )

    contacts: int
    reachable: ReachableRead
    by_language: list[GroupRead]
    by_customer_class: list[GroupRead]
    by_lifecycle_stage: list[GroupRead]
