"""The purposes that every tenant has without making them. Its own wording of one takes its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contacts_service.purposes.models import LawfulBasis


@dataclass(frozen=True, slots=True)
class Described:
    """A purpose as it counts now; `version` is 0 where the tenant has not worded it itself."""

    key: str
    name_th: str
    name_en: str
    lawful_basis: LawfulBasis
    version: int = 0
    description_th: str | None = None
    description_en: str | None = None
    is_archived: bool = False
    updated_at: datetime | None = None
    text_version: int | None = None


DEFAULTS: Mapping[str, Described] = {
    each.key: each
    for each in (
        Described("marketing", "การตลาดและข้อเสนอพิเศษ", "Marketing and offers", LawfulBasis.CONSENT),
        Described("service", "การให้บริการตามสัญญา", "Service under the contract", LawfulBasis.CONTRACT),
        Described("profiling", "การวิเคราะห์ความสนใจ", "Analysis of interests", LawfulBasis.CONSENT),
        Described("third_party", "การเปิดเผยแก่บุคคลภายนอก", "Disclosure to third parties", LawfulBasis.CONSENT),
        Described("research", "การสำรวจความพึงพอใจ", "Surveys of satisfaction", LawfulBasis.LEGITIMATE_INTEREST),
    )
}
