"""The API's document and its page: ours, complete, and working with the network off."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from gateway.openapi import MergeConflict, merge
from gateway.settings import Settings
from tests.gateway.conftest import gateway_with

OBJECT = {"type": "object", "title": "Thing", "properties": {"a": {"type": "string"}}}
OTHER = {"type": "object", "title": "Thing", "properties": {"b": {"type": "integer"}}}
LIST = {"type": "object", "title": "Things", "properties": {"data": {"items": {"$ref": "#/components/schemas/Thing"}}}}


def document(path: str, name: str, **schemas: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{next(iter(schemas))}"}}}
    operation = {"operationId": name, "responses": {"200": {"description": "Fine.", "content": content}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {path: {"get": operation}},
        "components": {"schemas": schemas},
    }


def test_equal_schemas_are_shared() -> None:
    merged = merge({"a": document("/v1/a", "a", Thing=OBJECT), "b": document("/v1/b", "b", Thing=OBJECT)})

    validate(merged)
    assert list(merged["components"]["schemas"]) == ["Thing"]


def test_unequal_schemas_are_renamed_in_key_reference_and_title() -> None:
    merged = merge(
        {
            "contacts": document("/v1/a", "a", Things=LIST, Thing=OBJECT),
            "analytics": document("/v1/b", "b", Things=LIST, Thing=OTHER),
        }
    )

    validate(merged)
    schemas = merged["components"]["schemas"]
    assert sorted(schemas) == ["AnalyticsThing", "AnalyticsThings", "ContactsThing", "ContactsThings"]
    assert all(schema["title"] == name for name, schema in schemas.items())
    assert schemas["AnalyticsThings"]["properties"]["data"]["items"]["$ref"].endswith("/AnalyticsThing")
    used = merged["paths"]["/v1/b"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
    assert used.endswith("/AnalyticsThings")
    assert OBJECT["title"] == "Thing"


def test_colliding_paths_and_operation_ids_are_errors() -> None:
    one = document("/v1/a/{id}", "a", Thing=OBJECT)

    with pytest.raises(MergeConflict, match=r"/v1/a/\{a_id\}"):
        merge({"a": one, "b": document("/v1/a/{a_id}", "b", Thing=OBJECT)})
    with pytest.raises(MergeConflict, match="operationId a"):
        merge({"a": one, "b": document("/v1/b", "a", Thing=OBJECT)})


def test_paths_asked_in_turn_are_described_once() -> None:
    one, two = document("/v1/operations/{id}", "a", Thing=OBJECT), document("/v1/operations/{oid}", "a", Thing=OBJECT)

    merged = merge({"a": one, "b": two}, in_turn=["/v1/operations"])

    assert list(merged["paths"]) == ["/v1/operations/{id}"]


def test_only_public_paths_need_no_credential() -> None:
    documents = {"a": document("/v1/auth/token", "a", Thing=OBJECT), "b": document("/v1/b", "b", Thing=OBJECT)}

    merged = merge(documents, public=["/v1/auth"])

    assert merged["paths"]["/v1/auth/token"]["get"]["security"] == []
    assert "security" not in merged["paths"]["/v1/b"]["get"]
    assert merged["security"] == [{"bearer": []}]


async def test_the_frozen_document_is_served_to_everyone(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps({"openapi": "3.1.0"}))
    async with gateway_with(settings, openapi_file=file) as client:
        first = await client.get("/v1/openapi.json")
        again = await client.get("/v1/openapi.json", headers={"If-None-Match": first.headers["etag"]})

    assert first.json() == {"openapi": "3.1.0"}
    assert first.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304


async def test_the_page_loads_nothing_foreign(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    policy = page.headers["content-security-policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.status_code == 200
    assert loaded == ["/docs/swagger-ui.css", "data:,", "/docs/swagger-ui-bundle.js", "/docs/start.js"]
    assert not re.search(r"<script(?! src)|<style|onload=", page.text)
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in policy
    for path in loaded:
        if path.startswith("/"):
            assert (await client.get(path)).status_code == 200, path
    assert "validatorUrl: null" in (await client.get("/docs/start.js")).text


async def test_the_page_has_no_other_files(client: httpx.AsyncClient) -> None:
    for path in ("/docs/other.js", "/docs/%2e%2e/router.py", "/docs/..%2frouter.py", "/docs/swagger-ui.LICENSE"):
        assert (await client.get(path)).status_code == 404, path
