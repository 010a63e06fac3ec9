"""What costs the sender little and a careless receiver much: each a request, by name."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.ids import new_id

MB = 1_000_000
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
BOMBS = (
    "a" * 19_000 + "!",
    " " * 19_000 + "x",
    "1-" * 9_500,
    "(" * 19_000,
    "๊" * 19_000,
    "0" * 19_000 + "x",
    ".@" * 9_500,
)
BOUNDARY = "limit"


@dataclass(frozen=True)
class Burden:
    name: str
    path: str
    body: bytes = b""
    kind: str = JSON
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_headers(self) -> dict[str, str]:
        return {"Content-Type": self.kind, "Idempotency-Key": str(new_id()), **self.headers}


def burdens(scale: float = 1.0) -> Iterator[Burden]:
    """`scale` is of the sizes of files."""
    yield from _json()
    yield from _searches()
    yield from _packed(scale)
    yield from _forms()
    yield from _texts()
    yield from _headers()
    yield from _files(scale)


def _json() -> Iterator[Burden]:
    yield Burden("10 MB of JSON", "/v1/contacts", b'{"notes": "' + b"a" * 10 * MB + b'"}')
    yield Burden("10 MB of JSON as a batch", "/v1/contacts/batch", b'{"items": [' + b"{}," * 3_300_000 + b"{}]}")
    for depth in (31, 900, 10_000, 250_000):
        yield Burden(f"lists {depth} deep", "/v1/contacts", b'{"tags": ' + b"[" * depth + b"]" * depth + b"}")
        yield Burden(f"objects {depth} deep", "/v1/contacts", b'{"a":' * depth + b"1" + b"}" * depth)
    unknown = {f"field{number}": number for number in range(60_000)}
    yield Burden("60,000 unknown fields", "/v1/contacts", json.dumps(unknown).encode())
    one = {f"f{number}": 1 for number in range(1_500)}
    items = [{"op": "create", "data": one} for _ in range(200)]
    yield Burden("a batch of unknown fields", "/v1/contacts/batch", json.dumps({"items": items}).encode())
    yield Burden("50,000 e-mails", "/v1/contacts", json.dumps({"emails": [{"value": "a@b.c"}] * 40_000}).encode())
    yield Burden("a number of 900,000 digits", "/v1/orders", b'{"total": {"amount": ' + b"9" * 900_000 + b"}}")
    yield Burden("1e999999999", "/v1/orders", b'{"lines": [{"quantity": "1e999999999", "sku": "a"}]}')


def _searches() -> Iterator[Burden]:
    values = {"filter": {"field": "nickname", "op": "in", "value": ["a"] * 1_000_000}}
    yield Burden("10^6 values of in", "/v1/contacts/search", json.dumps(values).encode())
    values["filter"]["value"] = ["a"] * 190_000
    yield Burden("190,000 values of in", "/v1/contacts/search", json.dumps(values).encode())
    leaf = {"field": "nickname", "op": "eq", "value": "a"}
    wide = {"and": [{"or": [leaf] * 50}] * 50}
    yield Burden("2,500 comparisons", "/v1/contacts/search", json.dumps({"filter": wide}).encode())
    wider = {"and": [{"and": [{"or": [{"a": 1}] * 40}] * 40}] * 40}
    yield Burden(
        "64,000 wrong comparisons",
        "/v1/contacts/search",
        json.dumps({"filter": wider}, separators=(",", ":")).encode()[:900_000],
    )
    deep: dict[str, Any] = leaf
    for _ in range(14):
        deep = {"not": deep}
    yield Burden("14 times not", "/v1/contacts/search", json.dumps({"filter": deep}).encode())
    wrong: dict[str, Any] = {"x": 1}
    for _ in range(9):
        wrong = {"and": [wrong, wrong]}
    yield Burden("a tree of 512 wrong leaves", "/v1/contacts/search", json.dumps({"filter": wrong}).encode())
    for name, text in {"%": "%" * 200, "_": "_" * 200, "\\": "\\" * 200, "คำ": "กำ " * 60}.items():
        yield Burden(f"words {name}", "/v1/contacts/search", json.dumps({"q": text}).encode())
        like = {"field": "full_name", "op": "contains", "value": text}
        yield Burden(f"contains {name}", "/v1/contacts/search", json.dumps({"filter": like}).encode())


def _packed(scale: float) -> Iterator[Burden]:
    zeros = gzip.compress(b"0" * int(200 * MB * scale), 9)
    yield Burden("a gzip bomb", "/v1/contacts", zeros, headers={"Content-Encoding": "gzip"})
    yield Burden("a gzip bomb in a batch", "/v1/contacts/batch", zeros, headers={"Content-Encoding": "gzip"})
    twice = gzip.compress(zeros, 9)
    yield Burden("a gzip bomb in gzip", "/v1/contacts", twice, headers={"Content-Encoding": "gzip, gzip"})
    yield Burden("a gzip bomb as a file", "/v1/imports", zeros, headers={"Content-Encoding": "gzip"})
    yield Burden("br", "/v1/contacts", b"\x00" * 1000, headers={"Content-Encoding": "br"})


def _forms() -> Iterator[Burden]:
    fields = "&".join(f"f{number}=1" for number in range(90_000)).encode()
    yield Burden("90,000 form fields", "/v1/auth/token", fields, FORM)
    yield Burden("one long form field", "/v1/auth/token", b"grant_type=" + b"a" * 900_000, FORM)
    yield Burden("900,000 ampersands", "/v1/auth/token", b"&" * 900_000, FORM)
    yield Burden("a long password", "/v1/auth/token", json.dumps(
        {"grant_type": "password", "username": "a@example.com", "password": "a" * 900_000}).encode())  # fmt: skip
    part = b'--limit\r\nContent-Disposition: form-data; name="f"\r\n\r\n1\r\n'
    for path in ("/v1/imports", "/v1/order-imports"):
        multipart = f"multipart/form-data; boundary={BOUNDARY}"
        yield Burden("100,000 form parts", path, part * 100_000 + b"--limit--\r\n", multipart)
        file = part.replace(b'name="f"', b'name="file"; filename="a.csv"')
        yield Burden("20,000 files", path, file * 20_000 + b"--limit--\r\n", multipart)
        head = b"--limit\r\nContent-Disposition: form-data; name=" + b"a" * 5 * MB + b"\r\n\r\n1\r\n--limit--\r\n"
        yield Burden("a part with a head of 5 MB", path, head, multipart)
        yield Burden("no boundary", path, b"\r\n--" * MB, "multipart/form-data; boundary=" + "-" * 5_000)


def _texts() -> Iterator[Burden]:
    """Strings on which careless patterns take for ever, in every field that is text."""
    fields = ("full_name", "prefix", "nickname", "email", "phone", "birthday", "sex", "language", "notes", "job_title")
    for bomb in BOMBS:
        for name in fields:
            yield Burden(f"{name} {bomb[:6]!r}", "/v1/contacts", json.dumps({"full_name": "x", name: bomb}).encode())
        company = dict.fromkeys(("name", "tax_id", "website", "industry", "notes"), bomb)
        yield Burden(f"a company {bomb[:6]!r}", "/v1/companies", json.dumps(company).encode())
        money = {"amount": bomb, "currency": bomb}
        order = {"source": bomb, "number": bomb, "total": money, "lines": [{"sku": bomb, "quantity": bomb}]}
        yield Burden(f"an order {bomb[:6]!r}", "/v1/orders", json.dumps(order).encode())
        tags = {"full_name": "x", "tags": [bomb], "external_ids": [{"system": bomb, "id": bomb}]}
        yield Burden(f"tags {bomb[:6]!r}", "/v1/contacts", json.dumps(tags).encode())
        origin = {"cors_origins": [bomb[:290]], "locale": bomb, "time_zone": bomb}
        yield Burden(f"a business {bomb[:6]!r}", "/v1/tenant", json.dumps(origin).encode(), method="PATCH")


def _headers() -> Iterator[Burden]:
    for name, value in {
        "Accept-Language": "th;q=0.1," * 800, "If-None-Match": '"1",' * 1_500, "Accept-Encoding": "gzip;q=0," * 800,
        "X-Deadline-Ms": "9" * 5_000, "X-Request-Id": "a" * 7_000, "Traceparent": "0" * 7_000, "Cookie": "a=b;" * 1_700,
    }.items():  # fmt: skip
        yield Burden(f"a long {name}", "/v1/contacts", method="GET", headers={name: value})
    yield Burden("a long sort", "/v1/contacts?sort=" + "-" * 200, method="GET")
    yield Burden("a cursor of rubbish", "/v1/contacts?cursor=" + "A" * 4_000, method="GET")
    yield Burden("many parameters", "/v1/contacts?" + "&".join(["limit=1"] * 900), method="GET")
    yield Burden("many fields", "/v1/contacts?fields=" + ",".join(["id"] * 330), method="GET")


def _files(scale: float) -> Iterator[Burden]:
    size = int(20 * MB * scale)
    tables = {
        "a line": b"a" * size,
        "cells": b"Name" + b"," * size,
        "a quoted cell": b'Name,Email\n"' + b"a\n" * (size // 2),
        "quotes": b"Name\n" + b'"' * size,
        "columns": b",".join(b"c%d" % number for number in range(100_000)),
        "NUL": b"\x00" * size,
        "line ends": b"\r\n" * (size // 2),
    }
    for name, content in tables.items():
        for path in ("/v1/imports", "/v1/order-imports"):
            yield upload(f"a CSV of one kind: {name}", path, "a.csv", content)
    for name, content in spreadsheets().items():
        for path in ("/v1/imports", "/v1/order-imports"):
            yield upload(f"a spreadsheet: {name}", path, "a.xlsx", content)


def upload(name: str, path: str, file: str, content: bytes) -> Burden:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file}"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return Burden(f"{name}, {path}", path, body, f"multipart/form-data; boundary={BOUNDARY}")


def spreadsheets() -> dict[str, bytes]:
    sheet = "xl/worksheets/sheet1.xml"
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">' + laughs + b"]><worksheet>&a9;</worksheet>"
    outside = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
    return {
        "a zip bomb": _zip({sheet: b"0" * 200 * MB}),
        "entities": _zip({sheet: entities}),
        "an outside entity": _zip({sheet: outside}),
        "strings": _zip({"xl/sharedStrings.xml": entities, sheet: b"<worksheet/>"}),
        "depth": _zip({sheet: b"<a>" * 500_000 + b"</a>" * 500_000}),
        "attributes": _zip({sheet: b"<a " + b"".join(b'b%d="" ' % n for n in range(300_000)) + b"/>"}),
        "parts": _zip({f"xl/{number}.xml": b"" for number in range(20_000)}),
        "a zip in a zip": _zip({sheet: _zip({sheet: b"0" * 50 * MB})}),
    }


def _zip(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
