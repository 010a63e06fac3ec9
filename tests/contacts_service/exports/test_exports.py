"""Contacts as files: all of one moment, safe to open in a spreadsheet, and read back as they were."""

import csv
import gzip
import io
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from httpx import AsyncClient
from sqlalchemy import bindparam, select, text

from contacts_service.contacts.models import Contact
from contacts_service.exports import jobs as exports
from contacts_service.exports import parts
from shared.ids import new_id
from shared.messaging.jobs import Jobs
from shared.query import Query, Reader
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.imports.importing import Importing

MALEE = {
    "full_name": "คุณมาลี สุขสันต์",
    "emails": [{"value": "malee@example.com"}, {"value": "m2@example.com", "label": "work"}],
    "phones": [{"value": "+66812345678", "label": "mobile"}], "tags": ["VIP", "ลูกค้าประจำ"], "notes": "=1+1",
    "addresses": [{"street": "99/1 ถนนสุขุมวิท", "district": "คลองเตย", "city": "วัฒนา", "province": "กรุงเทพมหานคร"}],
    "birthday": {"year": 1985, "month": 4, "day": 12}, "nickname": "ลี",
}  # fmt: skip


class Exporting:
    def __init__(self, service: ServiceUnderTest, client: AsyncClient) -> None:
        self.service, self.client, self.jobs = service, client, Jobs()
        exports.register(self.jobs, service.database, service.app.state.settings.files_dir)

    async def start(self, **asked: Any) -> str:
        response = await self.client.post("/v1/exports", json=asked, headers={"Idempotency-Key": str(new_id())})
        assert response.status_code == 202, response.text
        return str(response.headers["location"])

    async def finish(self, operation: str) -> dict[str, Any]:
        await run_until_idle(self.jobs, self.service.database, self.service.system)
        found = (await self.client.get(operation)).json()
        assert found["status"] == "succeeded", found
        export: dict[str, Any] = (await self.client.get(f"/v1/exports/{found['result']['export_id']}")).json()
        return export

    async def run(self, **asked: Any) -> bytes:
        export = await self.finish(await self.start(**asked))
        files = [await self.part(export, part["number"]) for part in export["parts"]]
        return b"".join(files)

    async def part(self, export: dict[str, Any], number: int) -> bytes:
        response = await self.client.get(f"/v1/exports/{export['id']}/parts/{number}")
        assert response.status_code == 200, response.text
        return response.content


@pytest.fixture
def exporting(service: ServiceUnderTest, client: AsyncClient) -> Exporting:
    return Exporting(service, client)


async def create(client: AsyncClient, *people: dict[str, Any]) -> list[dict[str, Any]]:
    return [(await client.post("/v1/contacts", json=person)).json() for person in people]


def files_of(folder: Path, export: dict[str, Any]) -> list[Path]:
    return list(folder.glob(f"{export['id']}*"))


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("kind", ["csv", "google_csv", "outlook_csv", "vcard"])
@pytest.mark.parametrize("language", ["th", "en"])
async def test_what_goes_out_comes_back_the_same(
    exporting: Exporting, client: AsyncClient, service: ServiceUnderTest, kind: str, language: str
) -> None:
    [malee] = await create(client, {**MALEE, "notes": "ชอบสีฟ้า"})

    content = await exporting.run(format=kind, language=language)

    async with service.client(service.tenant()) as other:
        importing = Importing(service, other, service.app.state.settings.files_dir)
        await importing.run(await importing.upload(content, f"contacts.{kind}"))
        [back] = (await other.get("/v1/contacts")).json()["data"]
    same = ("full_name", "given_name", "family_name", "nickname", "birthday", "tags", "notes", "email", "phone")
    assert {name: back[name] for name in same} == {name: malee[name] for name in same}
    assert [each["value"] for each in back["emails"]] == ["malee@example.com", "m2@example.com"]
    assert back["addresses"][0]["province"] == "กรุงเทพมหานคร"


@pytest.mark.parametrize("kind", ["csv", "google_csv", "outlook_csv"])
async def test_no_cell_is_a_formula_and_phone_numbers_stay_as_they_are(
    exporting: Exporting, client: AsyncClient, kind: str
) -> None:
    evil = {"full_name": "=cmd|'/c calc'!A1", "notes": "@SUM(1)", "phones": [{"value": "+447911123456"}]}
    await create(client, evil, {**MALEE, "notes": "+1-1"})

    cells = [cell for row in rows(await exporting.run(format=kind)) for cell in row.values()]

    assert not [cell for cell in cells if cell.startswith(("=", "@", "-")) and len(cell) > 1]
    assert [cell for cell in cells if cell.startswith("+")] == ["+447911123456", "+66812345678"]


async def test_every_contact_is_there_once_as_json_lines(exporting: Exporting, client: AsyncClient) -> None:
    made = await create(client, *({"full_name": f"คน {number}"} for number in range(25)))

    lines = (await exporting.run(format="ndjson")).splitlines()

    told = [orjson.loads(line) for line in lines]
    assert [each["id"] for each in told] == [each["id"] for each in made]
    assert {**told[0], "company": None} == {**made[0], "company": None}


async def test_only_what_was_asked_for_is_exported(exporting: Exporting, client: AsyncClient) -> None:
    await create(client, {"full_name": "Ada", "tags": ["VIP"]}, {"full_name": "Grace"}, {"full_name": "Alan"})

    tagged = await exporting.run(format="csv", filter={"field": "tags", "op": "contains", "value": "VIP"})
    found = await exporting.run(format="csv", q="Gra")

    assert [row["full_name"] for row in rows(tagged)] == ["Ada"]
    assert [row["full_name"] for row in rows(found)] == ["Grace"]


async def test_a_compressed_export_is_split_into_parts_with_their_hashes(
    exporting: Exporting, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await create(client, *({"full_name": f"คน {number}"} for number in range(6)))
    monkeypatch.setattr(exports, "PAGE_ROWS", 2)
    monkeypatch.setattr(parts, "MAX_BYTES", 100)

    export = await exporting.finish(await exporting.start(format="vcard", compressed=True))

    files = [await exporting.part(export, part["number"]) for part in export["parts"]]
    assert [part["rows"] for part in export["parts"]] == [2, 2, 2]
    assert [part["sha256"] for part in export["parts"]] == [sha256(file).hexdigest() for file in files]
    assert b"".join(map(gzip.decompress, files)).count(b"BEGIN:VCARD") == 6


async def test_an_export_without_contacts_has_its_heading(exporting: Exporting) -> None:
    assert (await exporting.run(format="csv", language="th")).decode("utf-8-sig").startswith("id,ชื่อ-นามสกุล")


async def test_what_changes_after_the_snapshot_comes_after_its_cursor(
    exporting: Exporting, client: AsyncClient, service: ServiceUnderTest, tenant: Tenant
) -> None:
    changed, _ = await create(client, {"full_name": "Ada"}, {"full_name": "Grace"})
    export = await exporting.finish(await exporting.start(format="ndjson"))

    await client.patch(f"/v1/contacts/{changed['id']}", json={"nickname": "later"})

    async with service.database.transaction(tenant.context) as session:
        after = await session.scalars(
            text("select id from contacts where sync_xid::text::bigint >= :horizon"),
            {"horizon": int(export["sync_cursor"])},
        )
        assert UUID(changed["id"]) in set(after)


async def test_all_pages_of_an_export_are_of_one_moment(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant
) -> None:
    first, second = await create(client, {"full_name": "Ada"}, {"full_name": "Grace"})
    by_id = (Contact.tenant_id == bindparam("tenant_id"), Contact.id == bindparam("id"))
    one = Query(select(Contact.full_name).where(*by_id))

    async with Reader(service.database, tenant.id).snapshot() as snapshot:
        before = await snapshot.value(one, id=first["id"])
        await client.patch(f"/v1/contacts/{second['id']}", json={"full_name": "Changed"})
        unchanged = await snapshot.value(one, id=second["id"])

    assert (before, unchanged) == ("Ada", "Grace")


async def test_a_bad_question_is_refused_at_once(client: AsyncClient) -> None:
    asked = {"filter": {"field": "nonsense", "op": "eq", "value": "x"}}
    response = await client.post("/v1/exports", json=asked, headers={"Idempotency-Key": "k"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/filter/field"


async def test_an_export_needs_a_key_and_the_right(
    client: AsyncClient, service: ServiceUnderTest, tenant: Tenant
) -> None:
    async with service.client(tenant, "contacts:*") as clerk:
        refused = await clerk.post("/v1/exports", json={}, headers={"Idempotency-Key": "k"})

    assert (await client.post("/v1/exports", json={})).json()["code"] == "idempotency_key_required"
    assert refused.status_code == 403


async def test_files_are_there_while_it_is_kept_and_gone_afterwards(
    exporting: Exporting, client: AsyncClient, service: ServiceUnderTest, tenant: Tenant
) -> None:
    export = await exporting.finish(await exporting.start(format="csv"))
    folder: Path = service.app.state.settings.files_dir / str(tenant.id)
    assert len(files_of(folder, export)) == 1

    await client.delete(f"/v1/exports/{export['id']}")

    assert (await client.get(f"/v1/exports/{export['id']}")).status_code == 404
    assert files_of(folder, export) == []


async def test_a_running_export_has_no_files_yet(exporting: Exporting, client: AsyncClient) -> None:
    await exporting.start(format="csv")
    [export] = (await client.get("/v1/exports")).json()["data"]

    part = await client.get(f"/v1/exports/{export['id']}/parts/1")
    deleted = await client.delete(f"/v1/exports/{export['id']}")

    assert (part.json()["code"], deleted.json()["code"]) == ("export_running", "export_running")


async def test_another_tenant_cannot_read_it(exporting: Exporting, service: ServiceUnderTest) -> None:
    export = await exporting.finish(await exporting.start(format="csv"))

    async with service.client(service.tenant()) as stranger:
        response = await stranger.get(f"/v1/exports/{export['id']}/parts/1")

    assert response.status_code == 404


@pytest.mark.parametrize("field", ["", "shoe_size"])
async def test_a_filter_of_no_field_is_refused_whatever_its_value(client: AsyncClient, field: str) -> None:
    body = {"filter": {"and": [{"field": field, "op": "eq", "value": None}]}}

    response = await client.post("/v1/exports", json=body, headers={"Idempotency-Key": str(new_id())})

    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"].startswith("/filter/and/0")
