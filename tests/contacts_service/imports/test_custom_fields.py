from httpx import AsyncClient

from tests.contacts_service.fields.defining import define
from tests.contacts_service.imports.importing import Importing

FILE = """ชื่อ,แต้ม,ระดับ,ชอบ,วงเงิน,ครบกำหนด,วีไอพี,เบอร์สำรอง
มาลี ใจดี,"1,250.5",ทอง,Gold; เงิน,"฿10,000.00",31 ม.ค. 2569,ใช่,081 234 5678
Ada Lovelace,many,platinum,,,,,
"""
MAPPING = {
    "แต้ม": "points", "ระดับ": "tier", "ชอบ": "likes", "วงเงิน": "credit", "ครบกำหนด": "due", "วีไอพี": "vip",
    "เบอร์สำรอง": "spare",
}  # fmt: skip
TYPES = ("number", "choice", "choices", "money", "date", "boolean", "phone")


async def test_columns_fill_custom_fields_as_people_write_them(importing: Importing, client: AsyncClient) -> None:
    for key, value_type in zip(MAPPING.values(), TYPES, strict=True):
        await define(client, key, value_type)
    mapping = {heading: f"custom_fields.{key}" for heading, key in MAPPING.items()}

    counts = await importing.counts(FILE, mapping=mapping)

    assert counts == {"created": 1, "failed": 1}
    assert (await importing.contacts())[0]["custom_fields"] == {
        "points": 1250.5, "tier": "gold", "likes": ["gold", "silver"], "due": "2026-01-31", "vip": True,
        "credit": {"amount": "10000.00", "currency": "THB"}, "spare": "+66812345678",
    }  # fmt: skip


async def test_rows_change_only_the_custom_fields_that_they_tell(importing: Importing, client: AsyncClient) -> None:
    await define(client, "points", "number")
    await define(client, "nick")
    body = {"full_name": "มาลี", "email": "malee@example.com", "custom_fields": {"points": 1, "nick": "ลี"}}
    await client.post("/v1/contacts", json=body)
    text = "email,แต้ม\nmalee@example.com,2\n"

    counts = await importing.counts(text, mapping={"แต้ม": "custom_fields.points"})
    again = await importing.counts(text, mapping={"แต้ม": "custom_fields.points"})

    assert (counts, again) == ({"updated": 1}, {"unchanged": 1})
    assert (await importing.contacts())[0]["custom_fields"] == {"points": 2, "nick": "ลี"}


async def test_required_unique_and_default_hold_for_new_contacts_of_a_file(
    importing: Importing, client: AsyncClient
) -> None:
    await client.post("/v1/contacts", json={"full_name": "Old", "email": "old@example.com"})
    await define(client, "card", unique=True, required=True)
    await define(client, "tier", "choice", default="silver")
    text = "name,email,card\nA,a@example.com,1\nB,b@example.com,1\nC,c@example.com,\nOld,old@example.com,\n"

    counts = await importing.counts(text, mapping={"card": "custom_fields.card"})

    assert counts == {"created": 1, "failed": 2, "unchanged": 1}
    assert (await importing.contacts())[0]["custom_fields"] == {"card": "1", "tier": "silver"}


async def test_a_column_for_an_unknown_field_is_refused(importing: Importing, client: AsyncClient) -> None:
    uploaded = await importing.upload("name,card\nA,1\n")

    response = await client.patch(f"/v1/imports/{uploaded['id']}", json={"mapping": {"card": "custom_fields.card"}})

    assert (response.status_code, response.json()["code"]) == (422, "invalid_mapping")
    assert "POST /v1/fields" in response.json()["detail"]
