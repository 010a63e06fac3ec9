"""Kinds of relationships over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from contacts_service.relationship_kinds.kinds import Kind
from shared.web import ReadModel, ShortText, WriteModel, examples

KindKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,49}$")]
PairName = Literal["contact-contact", "contact-company", "company-contact", "company-company"]


class TextsGiven(WriteModel):
    """In one language or both; the other one shows the same."""

    model_config = examples({"th": "ผู้รับเหมา", "en": "Contractor"}, {"en": "Contractor"})

    en: ShortText | None = None
    th: ShortText | None = None

    @model_validator(mode="after")
    def _both(self) -> "TextsGiven":
        if self.en is None and self.th is None:
            raise ValueError("needs a text in Thai (th) or English (en)")
        self.en, self.th = self.en or self.th, self.th or self.en
        return self


class RelationshipKindPut(WriteModel):
    """What the other one is to this one is called `name`, what this one is to the other `inverse_name`.

    Without `inverse_key` the two are the same to each other, as friends are. `between`: this one, then the other.
    """

    model_config = examples(
        {
            "inverse_key": "client",
            "name": {"th": "ผู้รับเหมา", "en": "Contractor"},
            "inverse_name": {"th": "ผู้ว่าจ้าง", "en": "Client"},
            "between": ["company-company", "contact-company"],
        },
        {"name": {"en": "Classmate", "th": "เพื่อนร่วมรุ่น"}, "between": ["contact-contact"]},
    )

    inverse_key: KindKey | None = None
    name: TextsGiven
    inverse_name: TextsGiven | None = None
    between: Annotated[list[PairName], Field(min_length=1, max_length=4)]

    def values(self, key: str) -> dict[str, Any]:
        """As the model's columns hold it."""
        inverse_key = self.inverse_key or key
        name = self.name.model_dump()
        inverse_name = self.inverse_name.model_dump() if self.inverse_name and inverse_key != key else name
        pairs: set[str] = set(self.between)
        if inverse_key == key:
            pairs |= {_turned(pair) for pair in pairs}
        return {"inverse_key": inverse_key, "name": name, "inverse_name": inverse_name, "pairs": sorted(pairs)}


class Texts(ReadModel):
    model_config = examples({"th": "นายจ้าง", "en": "Employer"})

    en: str
    th: str


class RelationshipKindRead(ReadModel):
    """`version` is null for the kinds that everybody has."""

    model_config = examples({"key": "employer", "inverse_key": "employee", "between": ["contact-company"]})

    type: Literal["relationship_kind"]
    key: str
    inverse_key: str
    name: Texts
    inverse_name: Texts
    between: list[PairName]
    built_in: bool
    version: int | None


class RelationshipKindList(ReadModel):
    """The built-in ones first."""

    data: list[RelationshipKindRead]


def kind_read(kind: Kind, version: int | None) -> RelationshipKindRead:
    between = sorted(f"{this}-{other}" for this, other in kind.between)
    return RelationshipKindRead.model_validate(
        {
            "type": "relationship_kind",
            "key": kind.key,
            "inverse_key": kind.inverse_key,
            "name": kind.name,
            "inverse_name": kind.inverse_name,
            "between": between,
            "built_in": version is None,
            "version": version,
        }
    )


def _turned(pair: str) -> str:
    return "-".join(reversed(pair.split("-")))
