"""Cards of phones and mail programs in, cards out, and the way back."""

import re
from typing import Any

import pytest
from httpx import AsyncClient

from contacts_service.vcards.lines import read_cards, unfold
from contacts_service.vcards.tables import row_of
from contacts_service.vcards.writing import LINE_OCTETS

APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 18.1//EN
N:สุขสันต์;มาลี;;คุณ;
FN:คุณมาลี สุขสันต์
NICKNAME:ลี
ORG:บริษัท สยามการค้า จำกัด;ฝ่ายขาย
TITLE:ผู้จัดการ
EMAIL;type=INTERNET;type=HOME;type=pref:malee@example.com
item1.EMAIL;type=INTERNET:office@example.com
item1.X-ABLabel:ธุรการ
TEL;type=CELL;type=VOICE;type=pref:081-234-5678
item2.TEL:+66 2 123 4567
item2.X-ABLabel:_$!<Work>!$_
ADR;type=HOME;type=pref:;;99/1 ถนนสุขุมวิท;วัฒนา;กรุงเทพมหานคร;10110;ไทย
BDAY:1985-04-12
NOTE:ชอบสีฟ้า\\, ไม่ชอบโทรศัพท์\\nช่วงบ่ายสะดวก
CATEGORIES:VIP,ลูกค้าประจำ
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 /2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ
UID:7F1C-22
END:VCARD
"""
ANDROID = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=B9=83=E0=B8=88=E0=B8=94=E0=B8=B5;=E0=B8=AA=E0=B8=A1=E0=B8=
=8A=E0=B8=B2=E0=B8=A2;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=B8=AA=E0=B8=A1=E0=B8=8A=E0=B8=B2=E0=B8=A2=20=E0=B9=83=E0=B8=88=E0=B8=94=E0=B8=B5
TEL;CELL;PREF:0898765432
TEL;WORK:022223333
EMAIL;HOME:somchai@example.com
BDAY:--0412
END:VCARD
"""
NEWEST = """BEGIN:VCARD
VERSION:4.0
FN:Ada Lovelace
N:Lovelace;Ada;King;Countess;
EMAIL;PREF=2;TYPE=work:ada.work@example.com
EMAIL;PREF=1;TYPE=home:ada@example.com
TEL;VALUE=uri;TYPE="voice,cell":tel:+66-81-000-0001;ext=12
BDAY:19851210
GENDER:F
ADR;TYPE=work;LABEL="12, St James's":;;12 St James's Square;London;;SW1Y 4JH;United Kingdom
UID:urn:uuid:01926c1d-0000-7000-8000-000000000001
END:VCARD
"""


async def imported(client: AsyncClient, run_import: Any, text: str) -> list[dict[str, Any]]:
    await run_import(client, "cards.vcf", text.replace("\n", "\r\n").encode())
    contacts: list[dict[str, Any]] = (await client.get("/v1/contacts", params={"sort": "created_at"})).json()["data"]
    return contacts


async def test_a_card_of_an_apple_phone_is_imported(client: AsyncClient, run_import: Any) -> None:
    [malee] = await imported(client, run_import, APPLE)

    assert (malee["prefix"], malee["given_name"], malee["family_name"]) == ("คุณ", "มาลี", "สุขสันต์")
    assert (malee["nickname"], malee["job_title"]) == ("ลี", "ผู้จัดการ")
    assert [(each["value"], each["label"], each["primary"]) for each in malee["emails"]] == [
        ("malee@example.com", "home", True), ("office@example.com", "ธุรการ", False)
    ]  # fmt: skip
    assert [(each["value"], each["label"]) for each in malee["phones"]] == [
        ("+66812345678", "mobile"), ("+6621234567", "work")
    ]  # fmt: skip
    assert malee["addresses"][0]["city"] == "วัฒนา"
    assert malee["addresses"][0]["country"] == "TH"
    assert malee["birthday"] == {"year": 1985, "month": 4, "day": 12}
    assert malee["notes"] == "ชอบสีฟ้า, ไม่ชอบโทรศัพท์\nช่วงบ่ายสะดวก"
    assert malee["tags"] == ["VIP", "ลูกค้าประจำ"]
    assert malee["external_ids"] == [{"system": "vcard", "id": "7F1C-22"}]
    assert malee["company_id"]


async def test_a_card_of_an_older_phone_in_quoted_printable_is_imported(client: AsyncClient, run_import: Any) -> None:
    [somchai] = await imported(client, run_import, ANDROID)

    assert (somchai["given_name"], somchai["family_name"]) == ("สมชาย", "ใจดี")
    assert [each["value"] for each in somchai["phones"]] == ["+66898765432", "+6622223333"]
    assert somchai["email"] == "somchai@example.com"
    assert somchai["birthday"] == {"year": None, "month": 4, "day": 12}


async def test_a_card_of_the_newest_version_is_imported(client: AsyncClient, run_import: Any) -> None:
    [ada] = await imported(client, run_import, NEWEST)

    assert (ada["full_name"], ada["email"], ada["sex"]) == ("Countess Ada King Lovelace", "ada@example.com", "female")
    assert (ada["phones"][0]["value"], ada["phones"][0]["extension"]) == ("+66810000001", "12")
    assert ada["birthday"] == {"year": 1985, "month": 12, "day": 10}


async def test_cards_imported_twice_are_the_same_contacts(client: AsyncClient, run_import: Any) -> None:
    first = await imported(client, run_import, APPLE + ANDROID)
    second = await imported(client, run_import, APPLE + ANDROID)

    assert second == first
    assert len(first) == 2


async def test_a_contact_goes_out_as_a_card_and_comes_back_the_same(
    client: AsyncClient, service: Any, run_import: Any
) -> None:
    company = (await client.post("/v1/companies", json={"name": "สยาม, การค้า; จำกัด"})).json()
    given = {
        "given_name": "มาลี", "family_name": "สุขสันต์", "prefix": "คุณ", "nickname": "ลี",
        "emails": [{"value": "malee@example.com", "label": "home"}, {"value": "m2@example.com", "primary": True}],
        "phones": [{"value": "+66812345678", "label": "mobile"}, {"value": "+6621234567", "extension": "12"}],
        "addresses": [{"street": "99/1 ถนนสุขุมวิท", "city": "วัฒนา", "province": "กรุงเทพมหานคร", "country": "TH"}],
        "birthday": {"year": None, "month": 4, "day": 12}, "sex": "female", "company_id": company["id"],
        "notes": "ชอบสีฟ้า, ไม่ชอบ; โทรศัพท์\nบรรทัดสอง \\ ท้าย", "tags": ["VIP", "ก,ข"], "job_title": "ผู้จัดการ",
    }  # fmt: skip
    contact = (await client.post("/v1/contacts", json=given)).json()

    answer = await client.get(f"/v1/contacts/{contact['id']}/vcard")

    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    async with service.client(service.tenant()) as other:
        [back] = await imported(other, run_import, answer.text.replace("\r\n", "\n"))
    told = ("full_name", "given_name", "family_name", "nickname", "phones", "birthday", "sex", "notes", "job_title")
    assert {name: back[name] for name in told} == {name: contact[name] for name in told}
    assert sorted(each["value"] for each in back["emails"]) == ["m2@example.com", "malee@example.com"]
    assert back["email"] == "m2@example.com"


async def test_no_line_of_a_card_is_longer_than_the_standard_allows(client: AsyncClient) -> None:
    contact = (await client.post("/v1/contacts", json={"full_name": "มาลี", "notes": "ยาวมาก " * 200})).json()

    lines = (await client.get(f"/v1/contacts/{contact['id']}/vcard")).content.split(b"\r\n")

    assert max(map(len, lines)) <= LINE_OCTETS
    for line in lines:
        line.decode()  # no character is cut


async def test_text_of_a_contact_cannot_add_lines_to_a_card(client: AsyncClient) -> None:
    given = {
        "full_name": "Eve",
        "notes": "x\r\nEND:VCARD\r\nBEGIN:VCARD",
        "emails": [{"value": "e@example.com", "label": 'a"b'}],
    }
    contact = (await client.post("/v1/contacts", json=given)).json()

    card = (await client.get(f"/v1/contacts/{contact['id']}/vcard")).text

    assert len(re.findall("^BEGIN:VCARD", card, re.MULTILINE)) == 1
    assert len(list(read_cards(card.splitlines(keepends=True)))) == 1


@pytest.mark.parametrize("text", ["", "BEGIN:VCARD", "END:VCARD\nEND:VCARD", "BEGIN:VCARD\n:::\n;;;\nTEL\nEND:VCARD"])
def test_broken_cards_are_no_contacts(text: str) -> None:
    assert [row_of(card) for card in read_cards(text.splitlines(keepends=True)) if row_of(card)] == []


def test_a_picture_does_not_fill_the_memory() -> None:
    lines = ["PHOTO;ENCODING=b:abc\r\n", *[" " + "A" * 75 + "\r\n"] * 50_000, "FN:Ada\r\n"]

    picture, name = unfold(lines)

    assert len(picture) < 300_000
    assert name == "FN:Ada"


async def test_a_deleted_contact_has_no_card(client: AsyncClient) -> None:
    contact = (await client.post("/v1/contacts", json={"full_name": "Ada"})).json()
    await client.delete(f"/v1/contacts/{contact['id']}")

    assert (await client.get(f"/v1/contacts/{contact['id']}/vcard")).status_code == 410
