"""What can be wrong with a contact: what it costs by default, and how people are told of it."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    MISSING_PHONE = "missing_phone"
    MISSING_EMAIL = "missing_email"
    MISSING_NAME = "missing_name"
    MISSING_ADDRESS = "missing_address"
    MISSING_BIRTHDAY = "missing_birthday"
    MISSING_PROVINCE = "missing_province"
    MISSING_OWNER = "missing_owner"
    MISSING_STAGE = "missing_stage"
    MISSING_CLASS = "missing_class"
    MISSING_LANGUAGE = "missing_language"
    INVALID_PHONE = "invalid_phone"
    INVALID_EMAIL = "invalid_email"
    INVALID_BIRTHDAY = "invalid_birthday"
    INVALID_NAME = "invalid_name"
    AGEING = "ageing"
    STALE = "stale"


class About(NamedTuple):
    """`weight` of 100 points; `th` and `en` are what is wrong and how to cure it."""

    field: str
    weight: int
    th: tuple[str, str]
    en: tuple[str, str]


ABOUT: dict[Kind, About] = {
    Kind.MISSING_PHONE: About(
        "phones",
        20,
        ("ไม่มีเบอร์โทรศัพท์", "ขอเบอร์โทรศัพท์ในการติดต่อครั้งถัดไป"),
        ("No phone number", "Ask for a phone number at the next contact."),
    ),
    Kind.MISSING_EMAIL: About(
        "emails",
        15,
        ("ไม่มีอีเมล", "ขออีเมล เช่น เพื่อส่งใบเสร็จ"),
        ("No e-mail address", "Ask for an e-mail address, to send a receipt for example."),
    ),
    Kind.MISSING_NAME: About(
        "full_name",
        15,
        ("ไม่มีชื่อและนามสกุล", "ถามชื่อและนามสกุล"),
        ("Neither given nor family name", "Ask for the name."),
    ),
    Kind.MISSING_ADDRESS: About(
        "addresses", 10, ("ไม่มีที่อยู่", "ขอที่อยู่สำหรับจัดส่ง"), ("No address", "Ask where to deliver to.")
    ),
    Kind.MISSING_BIRTHDAY: About(
        "birthday",
        5,
        ("ไม่มีวันเกิด", "ถามวันเกิด ไม่จำเป็นต้องทราบปี"),
        ("No birthday", "Ask for the birthday; the year is not needed."),
    ),
    Kind.MISSING_PROVINCE: About(
        "home_province",
        5,
        ("ไม่มีจังหวัด", "ถามจังหวัดที่อยู่"),
        ("No province", "Ask which province the customer lives in."),
    ),
    Kind.MISSING_OWNER: About(
        "owner_id", 5, ("ไม่มีผู้ดูแล", "มอบหมายผู้ดูแล"), ("Nobody is responsible", "Give the contact an owner.")
    ),
    Kind.MISSING_STAGE: About(
        "lifecycle_stage",
        5,
        ("ไม่ทราบขั้นของลูกค้า", "เลือกขั้นในวงจรลูกค้า"),
        ("No lifecycle stage", "Choose the stage that the customer is in."),
    ),
    Kind.MISSING_CLASS: About(
        "customer_class",
        5,
        ("ไม่มีประเภทลูกค้า", "เลือกขายส่ง ขายปลีก หรือผู้บริโภค"),
        ("No customer class", "Choose wholesale, retail or consumer."),
    ),
    Kind.MISSING_LANGUAGE: About(
        "language",
        5,
        ("ไม่ทราบภาษา", "เลือกภาษาที่ใช้ติดต่อ"),
        ("No language", "Choose the language to write in."),
    ),
    Kind.INVALID_PHONE: About(
        "phones",
        15,
        ("เบอร์โทรศัพท์ไม่น่าใช้ได้", "ตรวจสอบเบอร์โทรศัพท์กับลูกค้า"),
        ("The phone number cannot be right", "Check the number with the customer."),
    ),
    Kind.INVALID_EMAIL: About(
        "emails",
        10,
        ("อีเมลไม่ใช่ของลูกค้า", "ขออีเมลที่ลูกค้าอ่านจริง"),
        ("The e-mail address is a placeholder", "Ask for one that the customer reads."),
    ),
    Kind.INVALID_BIRTHDAY: About(
        "birthday",
        5,
        ("ปีเกิดไม่ถูกต้อง", "ตรวจสอบปีเกิด (พ.ศ. หรือ ค.ศ.)"),
        ("The year of birth cannot be right", "Check it: Buddhist or Common Era?"),
    ),
    Kind.INVALID_NAME: About(
        "full_name",
        10,
        ("ชื่อมีตัวเลขหรือเครื่องหมาย @", "แก้ไขชื่อให้ถูกต้อง"),
        ("The name holds digits or an @", "Write the name as the customer does."),
    ),
    Kind.AGEING: About(
        "updated_at",
        5,
        ("ข้อมูลเริ่มเก่า", "ยืนยันข้อมูลกับลูกค้า"),
        ("Nobody has changed this for a while", "Confirm the details with the customer."),
    ),
    Kind.STALE: About(
        "updated_at",
        10,
        ("ข้อมูลเก่ามาก", "ยืนยันข้อมูลกับลูกค้า"),
        ("Nobody has changed this for long", "Confirm the details with the customer."),
    ),
}
WEIGHTS = {kind.value: about.weight for kind, about in ABOUT.items()}
INSTEAD = frozenset({Kind.INVALID_PHONE, Kind.INVALID_EMAIL, Kind.INVALID_BIRTHDAY, Kind.INVALID_NAME, Kind.AGEING})
"""Kinds that come in the place of another: a phone number is missing or invalid. They are no part of the whole."""


def told(kind: str, language: str) -> dict[str, str]:
    """One issue in `th` or `en`."""
    about = ABOUT[Kind(kind)]
    text, cure = about.th if language == "th" else about.en
    return {"kind": kind, "field": about.field, "text": text, "cure": cure}
