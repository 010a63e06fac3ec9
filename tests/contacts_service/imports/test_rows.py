from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts_service.imports.layouts import detect_layout
from contacts_service.imports.records import ContactRow
from contacts_service.imports.rows import plan_reading, read_contact
from shared.files.error_files import write_error_file
from shared.files.errors import RowError
from shared.files.records import Row
from shared.files.tables import open_table, read_rows
from tests.contacts_service.imports.test_layouts import GOOGLE, HUBSPOT, OUTLOOK, OWN, SALESFORCE, THAI

TODAY = date(2026, 11, 22)


def read(values: dict[str, str], header: list[str] | None = None) -> ContactRow | list[RowError]:
    header = header or list(values)
    plan = plan_reading(header, detect_layout(header).mapping, today=TODAY)
    return read_contact(Row(2, [values.get(heading, "") for heading in header]), plan)


def test_a_google_row_becomes_a_contact() -> None:
    contact = read(
        {
            "First Name": "สมชาย", "Last Name": "ใจดี", "Name Prefix": "นาย", "Nickname": "ชาย",
            "Organization Name": "บริษัท สยาม จำกัด", "Organization Title": "ผู้จัดการ", "Birthday": "1987-05-14",
            "Notes": "line one\nline two", "Labels": "VIP ::: * myContacts ::: * friends",
            "E-mail 1 - Label": "Work", "E-mail 1 - Value": "a@example.com ::: B@example.com",
            "E-mail 2 - Label": "* Home", "E-mail 2 - Value": "c@example.com",
            "Phone 1 - Label": "Mobile", "Phone 1 - Value": "081-234-5678 ::: +41 31 928 09 60",
            "Address 1 - Label": "Home", "Address 1 - Formatted": "1 ถ.สีลม\nบางรัก\nกรุงเทพ 10500\nTH",
            "Address 1 - Street": "1 ถ.สีลม", "Address 1 - City": "บางรัก", "Address 1 - Region": "กรุงเทพ",
            "Address 1 - Postal Code": "๑๐๕๐๐", "Address 1 - Country": "TH",
        },
        GOOGLE,
    )  # fmt: skip

    assert contact == {
        "given_name": "สมชาย", "family_name": "ใจดี", "prefix": "นาย", "nickname": "ชาย",
        "company_name": "บริษัท สยาม จำกัด", "job_title": "ผู้จัดการ", "birthday": {"year": 1987, "month": 5, "day": 14},
        "notes": "line one\nline two", "tags": ["VIP", "friends"],
        "emails": [
            {"value": "a@example.com", "label": "work", "primary": False},
            {"value": "b@example.com", "label": "work", "primary": False},
            {"value": "c@example.com", "label": "home", "primary": True},
        ],
        "phones": [
            {"value": "+66812345678", "label": "mobile", "primary": True},
            {"value": "+41319280960", "label": "mobile", "primary": False},
        ],
        "addresses": [
            {
                "street": "1 ถ.สีลม", "city": "บางรัก", "province": "กรุงเทพ", "postal_code": "10500", "country": "TH",
                "label": "home", "primary": True,
            }
        ],
    }  # fmt: skip


def test_a_google_address_with_only_its_formatted_text_keeps_that() -> None:
    contact = read({"First Name": "Ann", "Address 1 - Formatted": "1 Main St.\nLondon"}, GOOGLE)

    assert isinstance(contact, dict)
    assert contact["addresses"] == [{"street": "1 Main St., London", "primary": True}]


def test_several_addresses_in_google_cells_stay_apart() -> None:
    contact = read(
        {
            "First Name": "Ann",
            "Address 1 - Street": "A ::: B",
            "Address 1 - City": "X ::: Y",
            "Address 1 - Country": "TH",
        },
        GOOGLE,
    )

    assert isinstance(contact, dict)
    assert [(a.get("street"), a.get("city"), a.get("country")) for a in contact["addresses"]] == [
        ("A", "X", "TH"), ("B", "Y", None),
    ]  # fmt: skip


def test_an_outlook_row_keeps_labels_and_both_addresses_and_no_empty_birthday() -> None:
    contact = read(
        {
            "Title": "Dr.", "First Name": "Ann", "Last Name": "Lee", "Birthday": "0/0/00",
            "E-mail Address": "ann@example.com", "Mobile Phone": "081 234 5678",
            "Business Phone 2": "02-123-4567 ext. 9", "Business Street": "1 Silom",
            "Business Street 2": "Floor 3", "Home City": "Chiang Mai", "Categories": "VIP;Friends", "Gender": "Female",
        },
        OUTLOOK,
    )  # fmt: skip

    assert contact == {
        "prefix": "Dr.", "given_name": "Ann", "family_name": "Lee", "sex": "female", "tags": ["VIP", "Friends"],
        "emails": [{"value": "ann@example.com", "primary": True}],
        "phones": [
            {"value": "+66812345678", "label": "mobile", "primary": True},
            {"value": "+6621234567", "extension": "9", "label": "work", "primary": False},
        ],
        "addresses": [
            {"city": "Chiang Mai", "label": "home", "primary": True},
            {"street": "1 Silom, Floor 3", "label": "work", "primary": False},
        ],
    }  # fmt: skip


def test_ids_stages_and_owners_of_other_systems_are_kept() -> None:
    hubspot = read(
        {
            "Record ID": "501",
            "First Name": "Ann",
            "Lifecycle Stage": "Marketing Qualified Lead",
            "Contact owner": "Jo Doe (jo@x.com)",
        },
        HUBSPOT,
    )  # fmt: skip
    salesforce = read({"Contact ID": "003xx", "Last Name": "Lee", "Title": "CEO"}, SALESFORCE)

    assert hubspot == {
        "given_name": "Ann", "lifecycle_stage": "marketing_qualified_lead", "owner_email": "jo@x.com",
        "external_ids": [{"system": "hubspot", "id": "501"}],
    }  # fmt: skip
    assert salesforce == {
        "family_name": "Lee", "job_title": "CEO", "external_ids": [{"system": "salesforce", "id": "003xx"}],
    }  # fmt: skip
    assert read({"Record ID": "1", "First Name": "Ann", "Contact owner": "Jo Doe"}, HUBSPOT) == {
        "given_name": "Ann", "owner_name": "Jo Doe", "external_ids": [{"system": "hubspot", "id": "1"}],
    }  # fmt: skip


def test_a_thai_sheet_becomes_a_contact() -> None:
    contact = read(
        {
            "รหัสลูกค้า": "C-001", "ชื่อ": "นางสาวสมหญิง", "นามสกุล": "รักเรียน", "เบอร์โทร": "812345678", "มือถือ": "081-234-5678",
            "วันเกิด": "14 พ.ค. 2530", "จังหวัด": "เชียงใหม่", "ประเภทลูกค้า": "ขายส่ง",
        },
        THAI,
    )  # fmt: skip

    assert contact == {
        "prefix": "นางสาว", "given_name": "สมหญิง", "family_name": "รักเรียน",
        "phones": [{"value": "+66812345678", "label": "mobile", "primary": True}],
        "birthday": {"year": 1987, "month": 5, "day": 14}, "addresses": [{"province": "เชียงใหม่", "primary": True}],
        "customer_class": "wholesale", "external_ids": [{"system": "import", "id": "C-001"}],
    }  # fmt: skip


def test_a_full_name_is_taken_apart() -> None:
    assert read({"Name": "Doe, John"}) == {
        "given_name": "John", "family_name": "Doe", "full_name": "John Doe", "name_order": "given_first",
    }  # fmt: skip


@pytest.mark.parametrize(
    "cell",
    ["081-234-5678, 02-123-4567", "081-234-5678 / 02-123-4567", "0812345678;021234567", "0812345678 หรือ 021234567"],
)
def test_several_phones_in_a_cell_are_all_kept(cell: str) -> None:
    contact = read({"name": "Ann", "phone": cell})

    assert isinstance(contact, dict)
    assert [phone["value"] for phone in contact["phones"]] == ["+66812345678", "+6621234567"]


def test_the_same_value_twice_is_one() -> None:
    contact = read({"Name": "Ann", "Email": "A@x.com; a@x.com", "Phone": "0812345678", "Mobile": "+66 81 234 5678"})

    assert isinstance(contact, dict)
    assert contact["emails"] == [{"value": "a@x.com", "primary": True}]
    assert contact["phones"] == [{"value": "+66812345678", "label": "mobile", "primary": True}]


def test_every_error_of_a_row_is_told_at_once_with_column_value_and_cure() -> None:
    errors = read(
        dict(zip(OWN, ["", "", "x" * 101, "", "a@b, c@", "12", "31/2/2530", "vip", "", "t" * 51], strict=True)), OWN
    )

    assert isinstance(errors, list)
    assert [(e.column, e.code) for e in errors] == [
        ("given_name", "too_long"), ("birthday", "invalid_birthday"), ("customer_class", "invalid_customer_class"),
        ("email", "invalid_email"), ("email", "invalid_email"), ("phone", "invalid_phone"), ("tags", "too_long"),
    ]  # fmt: skip
    assert all(error.row == 2 and error.detail and len(error.value or "") <= 50 for error in errors)


def test_corrected_rows_of_an_error_file_become_contacts(tmp_path: Path) -> None:
    source, errors = tmp_path / "contacts.csv", tmp_path / "errors.csv"
    source.write_text("ชื่อ,นามสกุล,เบอร์โทร,หมายเหตุ\nสมชาย,ใจดี,12345,=SUM(A1)\n", encoding="cp874")
    table = open_table(source)
    plan = plan_reading(table.header, detect_layout(table.header).mapping)
    failed = [(row.cells, result) for row in read_rows(table) if isinstance(result := read_contact(row, plan), list)]

    write_error_file(errors, table.header, failed)

    errors.write_text(errors.read_text(encoding="utf-8-sig").replace("12345", "081-234-5678", 1), encoding="utf-8-sig")
    again = open_table(errors)
    assert again.header == table.header
    assert [read_contact(row, plan) for row in read_rows(again)] == [
        {
            "given_name": "สมชาย", "family_name": "ใจดี", "notes": "=SUM(A1)",
            "phones": [{"value": "+66812345678", "primary": True}],
        }
    ]  # fmt: skip


def test_a_row_with_nothing_to_know_someone_by_is_refused() -> None:
    errors = read({"Name": " ", "Notes": "who?"})

    assert isinstance(errors, list)
    assert [error.code for error in errors] == ["name_or_contact_point_required"]


def test_a_formula_matters_only_in_a_mapped_column() -> None:
    header = ["Name", "Photo"]
    plan = plan_reading(header, {0: "names.full"})
    in_photo = RowError(row=2, code="formula_cell", detail="", column="Photo", position=1)
    in_name = RowError(row=2, code="formula_cell", detail="", column="Name", position=0)

    assert isinstance(read_contact(Row(2, ["Ann", "=1"], (in_photo,)), plan), dict)
    assert read_contact(Row(2, ["=1", ""], (in_name,)), plan) == [in_name]


def test_the_reading_order_of_dates_and_the_home_region_are_the_callers() -> None:
    header = ["Name", "Birthday", "Phone"]
    plan = plan_reading(header, detect_layout(header).mapping, day_first=False, default_region="GB")

    contact = read_contact(Row(2, ["Ann", "3/4/1987", "020 7946 0958"]), plan)

    assert isinstance(contact, dict)
    assert contact["birthday"] == {"year": 1987, "month": 3, "day": 4}
    assert contact["phones"][0]["value"] == "+442079460958"


CELL = st.text(max_size=30) | st.sampled_from(
    ["0812345678", "a@x.com", " ::: ", "* ", "14/5/2530", ":::", "a:b", "1 ::: 2"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([GOOGLE, OUTLOOK, HUBSPOT, SALESFORCE, OWN, THAI]), st.data())
def test_any_cells_become_a_contact_or_row_errors(header: list[str], data: st.DataObject) -> None:
    cells = data.draw(st.lists(CELL, min_size=len(header), max_size=len(header)))
    plan = plan_reading(header, detect_layout(header).mapping)

    result = read_contact(Row(2, cells), plan)

    if isinstance(result, list):
        assert result
        return
    for name in ("emails", "phones", "addresses"):
        assert sum(item["primary"] for item in result.get(name, [{"primary": True}])) == 1
    assert all(value not in (None, "", []) for value in result.values())


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "unit", [" ", ",", ";", "(", "a", "1", "@", "a@", ".", "นาย ", "-", ":::", "/", "a ", "<", '"', "ก้", "\n"]
)
def test_long_hostile_cells_take_no_time(unit: str) -> None:
    text = (unit * 32_000)[:32_000]

    for header in (GOOGLE, OUTLOOK, OWN, THAI, ["Name", "Contact owner", "external_ids"]):
        plan = plan_reading(header, detect_layout(header).mapping)
        read_contact(Row(2, ["x" + text + "x" for _ in header]), plan)
