"""The formats: each makes bytes of a page of contacts, and what stands at the beginning of each file."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import orjson

from contacts_service.exports import google, outlook, own
from contacts_service.exports.cells import cell
from contacts_service.vcards.writing import card_of

Contacts = Sequence[dict[str, Any]]


class Format(StrEnum):
    CSV = "csv"
    GOOGLE_CSV = "google_csv"
    OUTLOOK_CSV = "outlook_csv"
    VCARD = "vcard"
    NDJSON = "ndjson"


ENDINGS = {Format.VCARD: "vcf", Format.NDJSON: "ndjson"}
MEDIA_TYPES = {Format.VCARD: "text/vcard", Format.NDJSON: "application/x-ndjson"}
CSV_TYPE = "text/csv"


def beginning(kind: Format, language: str) -> bytes:
    """Excel takes UTF-8 for something else without a mark at the beginning."""
    headers = {
        Format.CSV: own.header(language), Format.GOOGLE_CSV: google.HEADER, Format.OUTLOOK_CSV: outlook.HEADER
    }  # fmt: skip
    return codecs.BOM_UTF8 + _lines([headers[kind]]) if kind in headers else b""


def pages(kind: Format, contacts: Contacts) -> bytes:
    match kind:
        case Format.CSV:
            return _lines(map(own.row, contacts))
        case Format.GOOGLE_CSV:
            return _lines(_in_order(google.HEADER, map(google.row, contacts)))
        case Format.OUTLOOK_CSV:
            return _lines(_in_order(outlook.HEADER, map(outlook.row, contacts)))
        case Format.VCARD:
            return "".join(map(card_of, contacts)).encode()
        case Format.NDJSON:
            return b"".join(orjson.dumps(contact, option=orjson.OPT_APPEND_NEWLINE) for contact in contacts)


def _in_order(header: Sequence[str], rows: Iterable[dict[str, str]]) -> Iterable[list[str]]:
    return ([row.get(heading, "") for heading in header] for row in rows)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(map(cell, row) for row in rows)
    return text.getvalue().encode()
