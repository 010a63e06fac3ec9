"""Rules for the values of a contact, shared by the API and by imports: pure, no I/O.

Every parser raises a subclass of InvalidValue (a ValueError with `code` and `detail`) whose text names the cure.
"""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from contacts_service.contacts.birthdays import Birthday, InvalidBirthday, check_birthday, parse_birthday
from contacts_service.contacts.names import NameOrder, NameParts, display_name, split_name, split_title
from contacts_service.contacts.phones import InvalidPhone, Phone, parse_phone, read_phone
from contacts_service.contacts.texts import (
    InvalidValue,
    ascii_digits,
    clean_lines,
    clean_text,
    fold_search,
    shorten,
)

__all__ = [
    "CUSTOMER_CLASSES",
    "MAX_LENGTHS",
    "Birthday",
    "InvalidBirthday",
    "InvalidCustomerClass",
    "InvalidEmail",
    "InvalidPhone",
    "InvalidValue",
    "NameOrder",
    "NameParts",
    "Phone",
    "TextTooLong",
    "ascii_digits",
    "check_birthday",
    "check_length",
    "clean_lines",
    "clean_text",
    "display_name",
    "fold_search",
    "parse_birthday",
    "parse_country",
    "parse_customer_class",
    "parse_email",
    "parse_phone",
    "parse_sex",
    "read_phone",
    "shorten",
    "split_name",
    "split_title",
]

MAX_LENGTHS = {
    "prefix": 100, "given_name": 100, "middle_name": 100, "family_name": 100, "suffix": 100, "nickname": 100,
    "full_name": 300, "label": 50, "job_title": 200, "occupation": 200, "education": 200, "home_province": 100,
    "income_band": 100, "social_class": 100, "sex": 50, "lifecycle_stage": 50, "company_name": 200, "notes": 20_000,
    "tag": 50, "street": 500, "city": 200, "district": 200, "province": 200, "postal_code": 20, "country": 100,
    "external_id": 200, "extension": 8, "email": 320,
}  # fmt: skip
"""Characters."""

CUSTOMER_CLASSES = ("wholesale", "retail", "consumer")

_PLAIN_EMAIL = re.compile(
    r"(?=.{3,254}$)(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9]{0,61})\.)+([a-z]{2,24})"
)
_CLASS_SYNONYMS = {
    "wholesale": "wholesale wholesaler trade dealer distributor b2b ขายส่ง ผู้ค้าส่ง ค้าส่ง ลูกค้าขายส่ง ตัวแทนจำหน่าย",
    "retail": "retail retailer shop reseller ขายปลีก ผู้ค้าปลีก ค้าปลีก ร้านค้า ลูกค้าขายปลีก",
    "consumer": "consumer enduser individual b2c ผู้บริโภค ลูกค้าทั่วไป บุคคลทั่วไป บุคคล",
}
_SEX_SYNONYMS = {
    "male": "male m man boy ชาย ผู้ชาย ช เพศชาย",
    "female": "female f woman girl w หญิง ผู้หญิง ญ เพศหญิง",
    "other": "other nonbinary diverse x อื่น อื่นๆ ไม่ระบุเพศสภาพ เพศทางเลือก",
}
_COUNTRY_SYNONYMS = {"TH": "thailand ไทย ประเทศไทย tha siam"}


class InvalidEmail(InvalidValue):
    code = "invalid_email"


class InvalidCustomerClass(InvalidValue):
    code = "invalid_customer_class"


class TextTooLong(InvalidValue):
    code = "too_long"


def parse_email(text: str) -> str:
    """Lower case, international domains in their own script. Raises InvalidEmail."""
    plain = text.strip().lower()
    match = _PLAIN_EMAIL.fullmatch(plain)
    if match and match[1] not in SPECIAL_USE_DOMAIN_NAMES:
        return plain
    return _parse_unusual_email(shorten(text, 2 * MAX_LENGTHS["email"]))


def _parse_unusual_email(text: str) -> str:
    address = clean_text(text)
    try:
        for _ in range(2):  # lower-casing can change what the validator normalises
            address = validate_email(address, check_deliverability=False).normalized.lower()
            address = unicodedata.normalize("NFC", address)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidEmail(
            f"'{shorten(text)}' is not an e-mail address. Write one such as somchai@example.com. {error}"
        ) from None
    return address


def parse_sex(text: str) -> str:
    """male, female, other for what is known in Thai and English; any other wording is kept."""
    return _SEXES.get(_compact(text)) or check_length("sex", clean_text(text))


def parse_customer_class(text: str) -> str:
    """Raises InvalidCustomerClass."""
    if (known := _CLASSES.get(_compact(text))) is None:
        raise InvalidCustomerClass(
            f"'{shorten(text)}' is not a customer class. Write wholesale (ขายส่ง), retail (ขายปลีก) or consumer (ผู้บริโภค)."
        )
    return known


def parse_country(text: str) -> str:
    """ISO 3166 alpha-2 in upper case where it is one or means Thailand, otherwise the text as written."""
    plain = clean_text(text)
    if len(plain) == 2 and plain.isascii() and plain.isalpha():
        return plain.upper()
    return _COUNTRIES.get(_compact(plain)) or check_length("country", plain)


def check_length(field: str, text: str) -> str:
    """Raises TextTooLong past MAX_LENGTHS[field]."""
    if len(text) > MAX_LENGTHS[field]:
        raise TextTooLong(f"The text has {len(text)} characters, {MAX_LENGTHS[field]} are possible. Shorten it.")
    return text


def _compact(text: str) -> str:
    return fold_search(text).replace(" ", "")


def _by_synonym(synonyms: dict[str, str]) -> dict[str, str]:
    return {_compact(word): value for value, words in synonyms.items() for word in (value, *words.split())}


_SEXES, _CLASSES, _COUNTRIES = map(_by_synonym, (_SEX_SYNONYMS, _CLASS_SYNONYMS, _COUNTRY_SYNONYMS))
