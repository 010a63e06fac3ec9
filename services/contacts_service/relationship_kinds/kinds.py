"""The kinds that every tenant has: pure, no I/O.

A kind has a name for each side. `employer` says what the other one is to this one; seen from the other side the same
relationship is that of an `employee`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product


class PartyType(StrEnum):
    CONTACT = "contact"
    COMPANY = "company"


Pair = tuple[PartyType, PartyType]
Texts = Mapping[str, str]
"""By language: `en` and `th`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`between` are the types of this one and of the other, who is its `key`; this one is the other's `inverse_key`.

    Relationships are stored from one side; `is_turned` is a kind as seen from the other.
    """

    key: str
    inverse_key: str
    name: Texts
    inverse_name: Texts
    between: frozenset[Pair]
    is_turned: bool = False

    @property
    def is_symmetric(self) -> bool:
        return self.key == self.inverse_key

    def turned(self) -> "Kind":
        """The same, seen from the other side."""
        return replace(
            self,
            key=self.inverse_key,
            inverse_key=self.key,
            name=self.inverse_name,
            inverse_name=self.name,
            between=frozenset((other, this) for this, other in self.between),
            is_turned=not self.is_turned,
        )


CONTACT, COMPANY = PartyType.CONTACT, PartyType.COMPANY
PEOPLE = frozenset({(CONTACT, CONTACT)})
COMPANIES = frozenset({(COMPANY, COMPANY)})
EMPLOYMENT = frozenset({(CONTACT, COMPANY)})
ANY = frozenset(product(PartyType, PartyType))
EMPLOYER, HOUSEHOLD_HEAD = "employer", "household_head"


def _kind(keys: str, english: str, thai: str, between: frozenset[Pair]) -> Kind:
    """Both sides in one text, with a slash between them if they differ."""
    (key, inverse), (en, inverse_en), (th, inverse_th) = (
        (first, second or first) for first, _, second in (text.partition("/") for text in (keys, english, thai))
    )
    return Kind(key, inverse, {"en": en, "th": th}, {"en": inverse_en, "th": inverse_th}, between)


BUILT_IN = (
    _kind("employer/employee", "Employer/Employee", "นายจ้าง/พนักงาน", EMPLOYMENT),
    _kind(
        "household_head/household_member",
        "Head of the household/Member of the household",
        "หัวหน้าครัวเรือน/สมาชิกในครัวเรือน",
        PEOPLE,
    ),
    _kind("spouse", "Spouse", "คู่สมรส", PEOPLE),
    _kind("parent/child", "Parent/Child", "บิดามารดา/บุตร", PEOPLE),
    _kind("sibling", "Sibling", "พี่น้อง", PEOPLE),
    _kind("guardian/ward", "Guardian/Ward", "ผู้ปกครอง/ผู้อยู่ในความดูแล", PEOPLE),
    _kind("relative", "Relative", "ญาติ", PEOPLE),
    _kind("friend", "Friend", "เพื่อน", PEOPLE),
    _kind("manager/direct_report", "Manager/Direct report", "หัวหน้างาน/ผู้ใต้บังคับบัญชา", PEOPLE),
    _kind("referrer/referral", "Referred by/Has referred", "ผู้แนะนำ/ผู้ที่ได้รับการแนะนำ", ANY),
    _kind("introducer/introduced", "Introduced by/Has introduced", "ผู้พามารู้จัก/ผู้ที่พามารู้จัก", ANY),
    _kind("partner", "Partner", "หุ้นส่วน", ANY),
    _kind("supplier/buyer", "Supplier/Buyer", "ผู้จัดหาสินค้า/ผู้ซื้อ", ANY),
)


def sides(kind: Kind) -> Mapping[str, Kind]:
    """By its key: the kind itself and, unless it is the same from both sides, as the other side sees it."""
    return {kind.inverse_key: kind.turned(), kind.key: kind}


BY_KEY: Mapping[str, Kind] = {key: side for kind in BUILT_IN for key, side in sides(kind).items()}
