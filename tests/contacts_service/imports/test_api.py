from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from contacts_service.imports.models import KEPT
from shared.files import uploads
from shared.testing.jobs import run_until_idle
from shared.testing.services import ServiceUnderTest
from shared.testing.tenants import Tenant
from tests.contacts_service.imports.importing import Importing, key, outcome

ROWS = "name,e-mail,color\nAda,ada@example.com,blue\nBob,bad,red\n"


def stored_files(directory: Path) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file()]


async def test_an_upload_shows_how_its_rows_would_be_read(importing: Importing) -> None:
    uploaded = await importing.upload(ROWS, "C:\\fake\\../ลูกค้า.csv")

    assert (uploaded["file_name"], uploaded["status"], uploaded["layout"]) == ("ลูกค้า.csv", "uploaded", "generic")
    assert (uploaded["encoding"], uploaded["delimiter"], uploaded["format"]) == ("utf-8", ",", "csv")
    assert uploaded["size_bytes"] == len(ROWS.encode())
    assert uploaded["columns"] == [
        {"index": 0, "heading": "name", "target": "names.full", "samples": ["Ada", "Bob"]},
        {"index": 1, "heading": "e-mail", "target": "emails[1].value", "samples": ["ada@example.com", "bad"]},
        {"index": 2, "heading": "color", "target": None, "samples": ["blue", "red"]},
    ]
    assert uploaded["unmapped"] == ["color"]
    assert uploaded["counts"]["rows"] == 2
    good, bad = uploaded["preview"]
    assert good["contact"]["emails"][0]["value"] == "ada@example.com"
    assert (bad["contact"], bad["errors"][0]["code"], bad["errors"][0]["column"]) == (None, "invalid_email", "e-mail")


async def test_reads_and_lists_agree_with_the_upload(importing: Importing, client: AsyncClient) -> None:
    uploaded = await importing.upload(ROWS)

    read = await client.get(f"/v1/imports/{uploaded['id']}")
    listed = (await client.get("/v1/imports")).json()

    assert read.json() == uploaded
    assert read.headers["etag"] == '"1"'
    assert [each["id"] for each in listed["data"]] == [uploaded["id"]]
    assert all(uploaded[name] == value for name, value in listed["data"][0].items())


async def test_the_mapping_is_changed_by_heading_and_the_preview_follows(
    importing: Importing, client: AsyncClient
) -> None:
    uploaded = await importing.upload(ROWS)
    path = f"/v1/imports/{uploaded['id']}"
    patch = {"mapping": {"color": "tags", "e-mail": None}, "match_by": ["phone"], "day_first": False}

    changed = await client.patch(path, json=patch, headers={"If-Match": '"1"'})
    stale = await client.patch(path, json=patch, headers={"If-Match": '"1"'})
    same = await client.patch(path, json=patch)
    wrong = await client.patch(path, json={"mapping": {"colour": "tags"}})
    odd = await client.patch(path, json={"mapping": {"color": "eye_color"}})

    assert changed.status_code == 200
    assert [column["target"] for column in changed.json()["columns"]] == ["names.full", None, "tags"]
    assert changed.json()["preview"][1]["contact"]["tags"] == ["red"]
    assert (stale.status_code, same.json()["version"]) == (412, 2)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_mapping")
    assert (odd.status_code, odd.json()["code"]) == (422, "invalid_mapping")
    assert (await client.get(path)).json() == same.json()


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        (b"", "empty_file", "empty"),
        (b"name,email\n", "empty_file", "header"),
        (b"\n \n", "empty_file", "header"),
        (b"name,name\nA,B\n", "duplicate_header", "Columns 1 and 2"),
        (b'name,email\nAda,a@example.com\n"Bob,b@example.com\n', "broken_quoting", "Row 3"),
        (b"name,email,notes\nA\0da,a@example.com,likes tea\n", "nul_byte", "Line 2"),
        (b"<html><table><tr><td>Ada</td></tr></table></html>", "not_a_spreadsheet", "web page"),
        (b"%PDF-1.7", "not_a_spreadsheet", "PDF"),
        (b"PK\x03\x04nonsense", "broken_spreadsheet", "damaged"),
        (",".join(f"c{n}" for n in range(100_001)).encode() + b"\n1\n", "too_many_columns", "1000"),
        ("ชื่อ\nสมชาย ใจดี\n".encode() * 50 + b"\xff\xfe\n", "wrong_encoding", "line 101"),
        (b"Ada Lovelace,ada@example.com\nBob,b@example.com\n", "no_header", "row with column names"),
    ],
)
async def test_bad_files_are_refused_and_leave_nothing(
    importing: Importing, tenant: Tenant, content: bytes, code: str, detail: str
) -> None:
    response = await importing.post(content)

    assert (response.status_code, response.json()["code"]) == (422, code), response.text
    assert detail in response.json()["detail"]
    assert stored_files(importing.files_dir) == []
    assert await tenant.count("imports") == 0


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [({"encoding": "klingon"}, None), ({"delimiter": "#"}, "/delimiter"), ({"colour": "red"}, "/colour")],
)
async def test_bad_form_fields_are_named(importing: Importing, fields: dict[str, str], pointer: str | None) -> None:
    response = await importing.post(ROWS, **fields)

    assert response.status_code == 422, response.text
    assert [error.get("pointer") for error in response.json()["errors"]] == ([pointer] if pointer else [])
    assert stored_files(importing.files_dir) == []


async def test_requests_that_are_no_upload_are_refused(importing: Importing, client: AsyncClient) -> None:
    as_json = await client.post("/v1/imports", json={"file": "x"}, headers=key())
    without_file = await client.post("/v1/imports", files={"other": ("x", b"y")}, headers=key())
    text_part = await client.post("/v1/imports", files={"x": b""}, data={"file": "text"}, headers=key())
    garbled = await client.post(
        "/v1/imports", content=b"--x\r\nnonsense", headers={"Content-Type": "multipart/form-data; boundary=y", **key()}
    )
    without_key = await client.post("/v1/imports", files={"file": ("x.csv", b"name\nAda\n")})

    assert (as_json.status_code, as_json.headers["accept"]) == (415, "multipart/form-data")
    assert (without_file.status_code, text_part.status_code) == (422, 422)
    assert garbled.status_code in (400, 422)
    assert (without_key.status_code, without_key.json()["code"]) == (400, "idempotency_key_required")
    assert stored_files(importing.files_dir) == []


async def test_a_file_past_100_megabytes_is_refused(importing: Importing) -> None:
    response = await importing.post(b"name\n" + b"x" * 101_000_000)

    assert response.status_code == 413, response.text
    assert "limit_bytes" in response.json()["params"]
    assert stored_files(importing.files_dir) == []


async def test_an_upload_sent_twice_is_stored_once(importing: Importing, client: AsyncClient) -> None:
    headers = key()
    sent = [
        await client.post("/v1/imports", files={"file": ("x.csv", ROWS.encode())}, headers=headers) for _ in range(2)
    ]

    assert [response.status_code for response in sent] == [201, 201]
    assert sent[1].headers["idempotent-replayed"] == "true"
    assert stored_files(importing.files_dir) == [sent[0].json()["id"]]


async def test_a_run_asked_for_twice_runs_once(importing: Importing, client: AsyncClient) -> None:
    uploaded = await importing.upload(ROWS)
    path, headers = f"/v1/imports/{uploaded['id']}", key()

    first = await client.post(f"{path}/run", headers=headers)
    again = await client.post(f"{path}/run", headers=headers)
    meanwhile = [
        await client.post(f"{path}/run", headers=key()),
        await client.post(f"{path}/dry-run"),
        await client.patch(path, json={"day_first": False}),
        await client.delete(path),
    ]

    assert first.headers["location"] == again.headers["location"] == f"/v1/operations/{first.json()['id']}"
    assert {(response.status_code, response.json()["code"]) for response in meanwhile} == {(409, "import_running")}


async def test_a_deleted_import_takes_its_file_and_its_rows_along(
    importing: Importing, client: AsyncClient, tenant: Tenant
) -> None:
    uploaded = await importing.upload(ROWS)
    await importing.run(uploaded)
    path = f"/v1/imports/{uploaded['id']}"

    deleted = await client.delete(path)

    assert deleted.status_code == 204
    assert stored_files(importing.files_dir) == []
    assert await tenant.count("import_failed_rows") == 0
    assert [(await client.get(at)).status_code for at in (path, f"{path}/errors")] == [410, 410]
    assert (await client.get("/v1/imports")).json()["data"] == []
    assert len(await importing.contacts()) == 1


async def test_errors_are_a_download(importing: Importing, client: AsyncClient) -> None:
    uploaded = await importing.upload(ROWS)
    early = await client.get(f"/v1/imports/{uploaded['id']}/errors")
    await importing.run(uploaded)

    response = await client.get(f"/v1/imports/{uploaded['id']}/errors")

    assert (early.status_code, early.json()["code"]) == (409, "import_not_run")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.text.splitlines()[1].startswith("Bob,bad,red,3,invalid_email,")


async def test_files_expire_after_a_week(importing: Importing, client: AsyncClient, tenant: Tenant) -> None:
    uploaded = await importing.upload(ROWS)
    await importing.run(uploaded)
    async with tenant.database.transaction(tenant.context) as session:
        earlier = text("update imports set created_at = created_at - cast(:age as interval)")
        await session.execute(earlier, {"age": KEPT + timedelta(minutes=1)})

    await run_until_idle(importing.jobs, importing.service.database, importing.service.system)

    read = (await client.get(f"/v1/imports/{uploaded['id']}")).json()
    assert stored_files(importing.files_dir) == []
    assert read["file_deleted_at"] is not None
    assert (read["preview"], {tuple(column["samples"]) for column in read["columns"]}) == ([], {()})
    assert read["counts"]["created"] == 1
    again = await client.post(f"/v1/imports/{uploaded['id']}/run", headers=key())
    assert (again.status_code, again.json()["code"]) == (410, "import_file_expired")


async def test_nobody_sees_the_imports_of_another_tenant(
    importing: Importing, service: ServiceUnderTest, tenant: Tenant
) -> None:
    uploaded = await importing.upload(ROWS)
    await importing.run(uploaded)
    stranger = service.tenant()
    path = f"/v1/imports/{uploaded['id']}"

    async with service.client(stranger) as client:
        answers: list[Any] = [
            await client.get(path),
            await client.get(f"{path}/errors"),
            await client.patch(path, json={"day_first": False}),
            await client.post(f"{path}/run", headers=key()),
            await client.post(f"{path}/dry-run"),
            await client.delete(path),
        ]
        listed = (await client.get("/v1/imports")).json()["data"]

    assert {answer.status_code for answer in answers} == {404}
    assert listed == []


async def test_importing_takes_its_scope(importing: Importing, service: ServiceUnderTest, tenant: Tenant) -> None:
    async with service.client(tenant, "contacts:read", "contacts:write") as client:
        response = await client.post("/v1/imports", files={"file": ("x.csv", ROWS.encode())}, headers=key())

    assert response.status_code == 403
    assert stored_files(importing.files_dir) == []
    assert await tenant.count("imports") == 0


async def test_a_file_without_columns_we_know_waits_for_a_mapping(importing: Importing, client: AsyncClient) -> None:
    uploaded = await importing.upload("x,y\nAda,blue\n")
    path = f"/v1/imports/{uploaded['id']}"

    refused = await client.post(f"{path}/run", headers=key())
    await client.patch(path, json={"mapping": {"x": "names.full"}})
    operation = await importing.run(uploaded)

    assert uploaded["preview"] == []
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_mapping")
    assert outcome(operation) == {"created": 1}


def test_the_body_limit_leaves_room_for_the_file() -> None:
    assert uploads.MULTIPART_BYTES > uploads.MAX_BYTES == 100_000_000
