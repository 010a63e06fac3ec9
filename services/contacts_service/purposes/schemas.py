"""Purposes over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from contacts_service.contacts.values import clean_lines, clean_text
from contacts_service.purposes.defaults import Described
from contacts_service.purposes.models import LawfulBasis
from shared.web import Instant, ReadModel, WriteModel, examples
from shared.web.types import Flag

KEY_PATTERN = r"^[a-z][a-z0-9_]{0,49}$"
Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean_text)]
Description = Annotated[str, Field(max_length=2000), AfterValidator(clean_lines)]
Wording = Annotated[str, Field(min_length=1, max_length=20_000), AfterValidator(clean_lines)]


class InThaiAndEnglish(WriteModel):
    model_config = examples({"th": "จดหมายข่าวรายเดือน", "en": "Monthly newsletter"})

    th: Name
    en: Name


class DescriptionInBoth(WriteModel):
    model_config = examples({"th": "ข่าวสารและส่วนลดสำหรับสมาชิก", "en": "News and discounts for members"})

    th: Description | None = None
    en: Description | None = None


class BothRead(ReadModel):
    model_config = examples({"th": "จดหมายข่าวรายเดือน", "en": "Monthly newsletter"})

    th: str | None
    en: str | None


class PurposePut(WriteModel):
    """The whole of a purpose but for its texts."""

    model_config = examples(
        {
            "name": {"th": "ข่าวสารสมาชิก", "en": "News for members"},
            "description": {"th": "ข่าวสารและส่วนลดสำหรับสมาชิก", "en": "News and discounts for members"},
            "lawful_basis": "consent",
        }
    )

    name: InThaiAndEnglish
    description: DescriptionInBoth = Field(default_factory=DescriptionInBoth)
    lawful_basis: LawfulBasis
    is_archived: Flag = False

    def given(self) -> dict[str, Any]:
        """As the model's columns hold it."""
        both = {
            f"{field}_{language}": getattr(getattr(self, field), language)
            for field in ("name", "description")
            for language in ("th", "en")
        }
        return {**both, "lawful_basis": self.lawful_basis.value, "is_archived": self.is_archived}


class PurposeRead(ReadModel):
    """`version` is 0 for a purpose that every tenant has; `text_version` is that of the newest text."""

    model_config = examples({"key": "marketing"})

    key: str
    type: Literal["consent_purpose"]
    version: int
    name: BothRead
    description: BothRead
    lawful_basis: LawfulBasis
    is_archived: bool
    text_version: int | None
    updated_at: Instant | None

    @classmethod
    def of(cls, purpose: Described) -> "PurposeRead":
        return cls(
            key=purpose.key,
            type="consent_purpose",
            version=purpose.version,
            name=BothRead(th=purpose.name_th, en=purpose.name_en),
            description=BothRead(th=purpose.description_th, en=purpose.description_en),
            lawful_basis=purpose.lawful_basis,
            is_archived=purpose.is_archived,
            text_version=purpose.text_version,
            updated_at=purpose.updated_at,
        )


class PurposeList(ReadModel):
    data: list[PurposeRead]


class ConsentTextCreate(WriteModel):
    """The words that are shown before the decision, in both languages."""

    model_config = examples(
        {
            "text_th": "ข้าพเจ้ายินยอมให้ร้านส่งข่าวสารและข้อเสนอพิเศษ",
            "text_en": "I agree to receive news and offers from the shop.",
        }
    )

    text_th: Wording
    text_en: Wording


class ConsentTextRead(ReadModel):
    version: int
    text_th: str
    text_en: str
    created_at: Instant
    created_by: UUID | None


class ConsentTextList(ReadModel):
    data: list[ConsentTextRead]
