"""Telephone numbers from Thai local forms and from any country, as E.164 (ITU-T), by Google's numbering plans."""

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from contacts_service.contacts.texts import InvalidValue, ascii_digits, clean_text, shorten

_SEPARATORS = str.maketrans("", "", " -().\u00a0\u2010\u2011\u2012\u2013\u2014\u2212")
_EXTENSION = re.compile(r"[\s,;]*(?:ต่อ|เบอร์ต่อ|extension|extn?|ext\.?|x|#|;ext=)\s*[.:]?\s*(\d{1,8})\s*$", re.IGNORECASE)
_MAX_CHARS = 60
_LABEL = re.compile(r"^(?:tel|phone|mobile|fax|โทร(?:ศัพท์)?|มือถือ|เบอร์)\s*[.:]*\s*", re.IGNORECASE)
_UNREADABLE = re.compile(r"[^\d+\s\-().,/~*#\u2010-\u2015\u2212]")


class InvalidPhone(InvalidValue):
    code = "invalid_phone"


class Phone(NamedTuple):
    """`value` is E.164; `extension` digits inside that line's exchange."""

    value: str
    extension: str | None = None


def parse_phone(text: str, default_region: str = "TH") -> str:
    """E.164. Raises InvalidPhone, also for a number with an extension: read_phone keeps both."""
    phone = read_phone(text, default_region)
    if phone.extension is not None:
        raise InvalidPhone(f"'{shorten(text)}' has an extension. Write it in the field `extension`.")
    return phone.value


def read_phone(text: str, default_region: str = "TH") -> Phone:
    """Numbers without + belong to `default_region` (ISO 3166 alpha-2). Raises InvalidPhone."""
    plain = ascii_digits(text).translate(_SEPARATORS)
    if default_region == "TH" and _THAI_LOCAL.fullmatch(plain):
        return Phone("+66" + plain[1:])
    if len(text) > _MAX_CHARS:
        raise _invalid(text)
    return _read_slowly(text, default_region)


@lru_cache(maxsize=10_000)
def _read_slowly(text: str, region: str) -> Phone:
    number = _LABEL.sub("", ascii_digits(clean_text(text)))
    extension = None
    if match := _EXTENSION.search(number):
        number, extension = number[: match.start()], match.group(1)
    if _UNREADABLE.search(number):
        raise _invalid(text)
    for candidate in _candidates(number.strip()):
        if (value := _e164(candidate, region)) is not None:
            return Phone(value, extension)
    raise _invalid(text)


def _candidates(number: str) -> list[str]:
    """00 is + nearly everywhere; in Thailand it is also the start of the carrier prefixes 001 to 009."""
    if number.startswith("00"):
        return ["+" + number[2:], number]
    return [number]


def _e164(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not _accepted(number, is_international=text.startswith("+"), region=region):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _accepted(number: phonenumbers.PhoneNumber, *, is_international: bool, region: str) -> bool:
    """Numbering plans abroad grow faster than our copy of them, so for those a right length is enough."""
    if phonenumbers.is_valid_number(number):
        return True
    is_foreign = number.country_code not in (phonenumbers.country_code_for_region(region), 66)
    return is_international and is_foreign and phonenumbers.is_possible_number(number)


def _invalid(text: str) -> InvalidPhone:
    if not text.strip():
        return InvalidPhone("The phone number is empty. Leave it out or write one such as 081-234-5678.")
    return InvalidPhone(
        f"'{shorten(text)}' is not a phone number. Write a full Thai number such as 081-234-5678 or 02-123-4567, "
        "or + and the country code, such as +44 20 7946 0958; one number each."
    )


def _thai_local() -> re.Pattern[str]:
    """Mobile and land lines in local form, straight from the numbering plan: what nearly every row holds."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region("TH")
    kinds = (plan.fixed_line, plan.mobile) if plan else ()
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
    return re.compile(r"0(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")")


_THAI_LOCAL = _thai_local()
