"""Imports of every layout, encoding and format."""

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from tests.contacts_service.imports import test_layouts as headers
from tests.contacts_service.imports.importing import Importing, outcome

FILES = {
    "google": (headers.GOOGLE, {"First Name": "Ada", "E-mail 1 - Value": "ada@example.com", "Labels": "VIP"}),
    "google_older": (headers.GOOGLE_OLDER, {"Name": "Ada L", "Given Name": "Ada", "Phone 1 - Value": "0812345678"}),
    "outlook": (headers.OUTLOOK, {"First Name": "Ada", "Mobile Phone": "0812345678", "Business City": "London"}),
    "hubspot": (headers.HUBSPOT, {"Record ID": "17", "First Name": "Ada", "Lifecycle Stage": "Lead"}),
    "salesforce": (headers.SALESFORCE, {"Contact ID": "003x1", "Last Name": "Lee", "Account Name": "ACME"}),
    "samphan": (
        headers.OWN,
        {"external_id": "7", "given_name": "สมชาย", "customer_class": "ขายส่ง", "phone": "021234567"},
    ),
}


async def test_cp874_and_utf16_are_read(importing: Importing) -> None:
    rows = "ชื่อ,นามสกุล,อีเมล\nสมชาย,ใจดี,somchai@example.com\n"

    thai = await importing.upload(rows.encode("cp874"))
    wide = await importing.upload(rows.encode("utf-16"))

    assert (thai["encoding"], wide["encoding"]) == ("cp874", "utf-16")
    assert outcome(await importing.run(thai)) == {"created": 1}
    assert outcome(await importing.run(wide)) == {"unchanged": 1}


@pytest.mark.parametrize("layout", list(FILES))
async def test_every_layout_imports_and_imports_again(importing: Importing, layout: str) -> None:
    header, cells = FILES[layout]
    text = io.StringIO()
    csv.writer(text).writerows([header, [cells.get(heading, "") for heading in header]])

    uploaded = await importing.upload(text.getvalue())
    first = outcome(await importing.run(uploaded))

    assert uploaded["layout"] == layout
    assert first == {"created": 1}
    assert await importing.counts(text.getvalue()) == {"unchanged": 1}


async def test_a_spreadsheet_imports(importing: Importing, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "x.xlsx")) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["ชื่อ-นามสกุล", "เบอร์โทร", "อีเมล"])
        sheet.write_row(1, 0, ["สมชาย ใจดี", "081-234-5678", "somchai@example.com"])
        sheet.write_row(2, 0, ["Ada", "", "=A1"])
        sheet.write_formula(3, 0, "=A2")

    uploaded = await importing.upload((tmp_path / "x.xlsx").read_bytes(), "x.xlsx")
    operation = await importing.run(uploaded)

    assert (uploaded["format"], uploaded["encoding"]) == ("xlsx", None)
    assert outcome(operation) == {"created": 1, "failed": 2}
    assert operation["progress"] == {"done": 3, "total": 3}
