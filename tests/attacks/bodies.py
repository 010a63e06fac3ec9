"""For each operation a body that it takes, and the query of those that need one."""

from collections.abc import Callable, Mapping
from typing import Any

from shared.ids import new_id
from tests.attacks import owned
from tests.attacks.world import LATER, World

Json = dict[str, Any]
Make = Callable[[World], dict[str, Any]]
SOURCE = "shop"
CSV = "Name,Email\nสมชาย ใจดี,somchai@example.com\n"
GOLD = {"key": "gold", "labels": {"th": "ทอง", "en": "Gold"}}
ORDERS_CSV = "order number,date,email,total\n1001,2026-01-02,somchai@example.com,250.00\n"


def _contact(_: World) -> Json:
    return {
        "full_name": "สมหญิง รักดี", "tags": ["VIP"], "birthday": {"year": 1990, "month": 2, "day": 28},
        "emails": [{"value": f"{new_id().hex}@example.com"}], "phones": [{"value": "081 234 5678"}],
        "addresses": [{"city": "เชียงใหม่"}], "external_ids": [{"system": "line", "id": new_id().hex}],
    }  # fmt: skip


def _company(_: World) -> Json:
    return {"name": "บริษัท สยามค้า จำกัด", **_company_change(_)}


def _company_change(_: World) -> Json:
    return {
        "industry": "ค้าปลีก", "emails": [{"value": "sales@example.com"}], "phones": [{"value": "02 123 4567"}],
        "addresses": [{"city": "เชียงใหม่"}], "external_ids": [{"system": "line", "id": new_id().hex}],
        "position": {"latitude": 18.7883, "longitude": 98.9853},
    }  # fmt: skip


def _interaction(world: World) -> Json:
    about = {"kind": "call", "direction": "inbound", "contact_id": world.contact_id, "subject": "ถามราคา"}
    return {**about, "external_ids": [{"system": "line", "id": new_id().hex}]}


def _order(world: World) -> Json:
    line = {"sku": "A1", "unit_price": _baht("60.00"), "amount": _baht("120.00"), "quantity": "2"}
    more = {"discount": _baht("0.00"), "tax": _baht("0.00"), "total": _baht("120.00")}
    return {"contact_ref": {"system": "email", "id": "somchai@example.com"}, "lines": [line], **more}


def _new_order(world: World) -> Json:
    return {**_order(world), "source": SOURCE, "number": new_id().hex}


def _trait(_: World) -> Json:
    return {"kind": "need", "name": f"ส่งของตอนเย็น {new_id().hex}", "source": "call", "value": True}


def _baht(amount: str) -> Json:
    return {"amount": amount, "currency": "THB"}


def _rule(world: World) -> Json:
    return {"name": "วนตามลำดับ", "strategy": "round_robin", "team_id": world.ids["team_id"]}


def _user(_: World) -> Json:
    return {"email": f"{new_id().hex}@example.com", "full_name": "Somsri", "roles": ["viewer"]}


def _batch(make: Make, upserted: Make | None = None) -> Make:
    def batch(world: World) -> Json:
        data = (upserted or make)(world)
        upsert = {"op": "upsert", "external_id": {"system": "line", "id": new_id().hex}, "data": data}
        return {"items": [{"op": "create", "data": make(world)}, upsert], "atomic": True}

    return batch


def _search(field: str, value: str) -> Make:
    asked = {"field": field, "op": "eq", "value": value}
    return lambda _: {"filter": {"and": [{"or": [{"not": asked}, asked]}]}}


def _file(name: str, text: str) -> Callable[[World], Mapping[str, Any]]:
    return lambda _: {"file": (name, text.encode())}


def _decision(_: World) -> Json:
    return {"purpose": "marketing", "channel": "email", "decision": "withdrawn", "source": "phone"}


def _purpose(_: World) -> Json:
    words = {"th": "ข่าวสารสมาชิก", "en": "News for members"}
    return {"name": words, "description": words, "lawful_basis": "consent"}


def _topic(_: World) -> Json:
    return {"key": f"t{new_id().hex}", "name_th": "โปรโมชัน", "name_en": "Offers"}


def _preferences(world: World) -> Json:
    topic = {"topic_id": world.ids["topic_id"], "subscribed": True}
    consent = {"purpose": "marketing", "channel": "sms", "decision": "given"}
    return {"topics": [topic], "consents": [consent]}


def _constant(**body: Any) -> Make:
    return lambda _: dict(body)


QUERIES: Mapping[str, str] = {"/v1/companies/nearest": "?latitude=13.7563&longitude=100.5018"}
"""Of those that need one."""


BODIES: Mapping[tuple[str, str], Callable[[World], Any]] = {
    **owned.BODIES,
    ("post", "/v1/api-keys"): lambda _: {"name": new_id().hex, "scopes": ["contacts:read"]},
    ("post", "/v1/auth/revoke"): _constant(token="unknown"),
    ("post", "/v1/auth/token"): lambda world: {
        "grant_type": "password", "username": world.tenant.email, "password": "not my password"},
    ("post", "/v1/batch"): _constant(requests=[{"id": "newest", "path": "/v1/contacts?limit=1"}]),
    ("post", "/v1/companies"): _company,
    ("post", "/v1/companies/batch"): lambda world: {
        "items": [{"op": "create", "external_id": {"system": "line", "id": "c-9"}, "data": _company(world)}]},
    ("post", "/v1/companies/search"): _search("name", "สยาม"),
    ("patch", "/v1/companies/{company_id}"): _company_change,
    ("post", "/v1/companies/{company_id}/relationships"): lambda world: {
        "kind": "partner", "contact_id": world.contact_id, "valid_to": "2024-12-31"},
    ("put", "/v1/companies/{company_id}/buying-roles/{contact_id}"): _constant(roles=["gatekeeper"], influence="low"),
    ("post", "/v1/contacts"): _contact,
    ("post", "/v1/contacts/batch"): _batch(_contact),
    ("post", "/v1/contacts/lifecycle"): lambda world: {
        "contact_ids": [world.contact_id], "stage": "customer", "reason": "ซื้อแล้ว"},
    ("post", "/v1/contacts/{contact_id}/lifecycle"): _constant(stage="customer", reason="ซื้อแล้ว"),
    ("post", "/v1/contacts/tags"): lambda world: {"contact_ids": [world.contact_id], "add": ["VIP"], "remove": ["x"]},
    ("post", "/v1/contacts/upsert"): lambda world: {
        "rows": [{"external_id": {"system": "line", "id": new_id().hex}, **_contact(world)}]},
    ("put", "/v1/contacts/by-external-id/{system}/{external_id}"): _contact,
    ("post", "/v1/contacts/search"): _search("nickname", "ชาย"),
    ("post", "/v1/contacts/{contact_id}/consents"): lambda world: {"decisions": [_decision(world)]},
    ("put", "/v1/contacts/{contact_id}/do-not-contact/{channel}"): _constant(source="phone", evidence="ขอไม่ให้โทร"),
    ("post", "/v1/contacts/{contact_id}/preference-links"): _constant(expires_in_days=30),
    ("put", "/v1/contacts/{contact_id}/subscriptions/{topic_id}"): _constant(subscribed=True, frequency="weekly"),
    ("post", "/v1/consents/batch"): lambda world: {"rows": [{"contact_id": world.contact_id, **_decision(world)}]},
    ("put", "/v1/consent-purposes/{purpose}"): _purpose,
    ("post", "/v1/consent-purposes/{purpose}/texts"): _constant(text_th="ยินยอม", text_en="I agree"),
    ("post", "/v1/contactability"): lambda world: {"contact_ids": [world.contact_id], "channel": "email"},
    ("patch", "/v1/contacts/{contact_id}"): _contact,
    ("post", "/v1/exports"): lambda _: {"format": "google_csv", **_search("nickname", "ชาย")(_)},
    ("post", "/v1/contacts/{contact_id}/relationships"): lambda world: {
        "kind": "partner", "company_id": world.ids["company_id"], "valid_to": "2024-12-31"},
    ("post", "/v1/contacts/{contact_id}/traits"): _trait,
    ("post", "/v1/fields"): lambda _: {
        "record_type": "contact", "key": f"f{new_id().hex}", "value_type": "choice", "labels": {"th": "ระดับ"},
        "options": [GOLD]},
    ("patch", "/v1/fields/{field_id}"): _constant(labels={"th": "ขนาด", "en": "Size"}, limits={"minimum": 0}),
    ("post", "/v1/contacts/{contact_id}/merge"): lambda world: {"contact_ids": [world.ids["double"]]},
    ("post", "/v1/contacts/{contact_id}/merge-preview"): lambda world: {"contact_ids": [world.ids["other"]]},
    ("post", "/v1/duplicates"): lambda world: {"contact_ids": [world.contact_id, world.ids["other"]]},
    ("post", "/v1/duplicates/check"): _contact,
    ("post", "/v1/imports"): _file("contacts.csv", CSV),
    ("patch", "/v1/imports/{import_id}"): _constant(match_by=["email"], defaults={"tags": ["VIP"]}),
    ("post", "/v1/interactions"): _interaction,
    ("post", "/v1/interactions/batch"): _batch(_interaction),
    ("put", "/v1/interactions/by-external-id/{system}/{external_id}"): _interaction,
    ("post", "/v1/interactions/search"): _search("kind", "call"),
    ("patch", "/v1/interactions/{interaction_id}"): _interaction,
    ("put", "/v1/lifecycle-stages"): _constant(
        stages=[{"key": "customer", "label_th": "ลูกค้า", "label_en": "Customer"}],
        rules=[{"orders": 1, "stage": "customer"}]),
    ("post", "/v1/lists"): _constant(name="ลูกค้าเชียงใหม่", visibility="all"),
    ("post", "/v1/lists/combine"): lambda world: {
        "name": "รวม", "operator": "union", "lists": [world.ids["list_id"], world.ids["list_id"]]},
    ("patch", "/v1/lists/{list_id}"): _constant(name="ลูกค้าเชียงราย"),
    ("post", "/v1/lists/{list_id}/copy"): _constant(name="สำเนา"),
    ("post", "/v1/lists/{list_id}/members"): lambda world: {"add": [world.contact_id]},
    ("post", "/v1/lists/{list_id}/members/search"): _constant(
        action="add", filter={"and": [{"or": [{"not": {"field": "nickname", "op": "eq", "value": "ชาย"}}]}]}),
    ("post", "/v1/order-imports"): _file("orders.csv", ORDERS_CSV),
    ("patch", "/v1/order-imports/{import_id}"): _constant(currency="THB"),
    ("post", "/v1/orders"): _new_order,
    ("post", "/v1/orders/batch"): _batch(_new_order, _order),
    ("put", "/v1/orders/by-number/{source}/{number}"): _order,
    ("post", "/v1/orders/search"): _search("currency", "THB"),
    ("patch", "/v1/orders/{order_id}"): _order,
    ("post", "/v1/orders/{order_id}/returns"): _constant(lines=[{"line": 1, "quantity": "1"}], amount=_baht("10.00")),
    ("put", "/v1/preferences/{token}"): _preferences,
    ("post", "/v1/suppressed-addresses"): _constant(addresses=[{"kind": "email", "value": "somsri@example.com"}]),
    ("post", "/v1/suppressed-addresses/search"): _constant(addresses=[{"kind": "phone", "value": "081 234 5678"}]),
    ("post", "/v1/topics"): _topic,
    ("patch", "/v1/topics/{topic_id}"): _constant(name_en="Offers of the week"),
    ("put", "/v1/quality-rules"): _constant(weights={"missing_phone": 30}),
    ("post", "/v1/tags"): lambda _: {"name": new_id().hex},
    ("patch", "/v1/tags/{tag_id}"): _constant(colour="#e91e63"),
    ("post", "/v1/tags/{tag_id}/merge"): lambda world: {"tag_id": world.ids["other_tag_id"]},
    ("post", "/v1/tags/{tag_id}/rename"): lambda _: {"name": new_id().hex},
    ("put", "/v1/relationship-kinds/{key}"): _constant(
        name={"th": "ผู้รับเหมา"}, inverse_name={"en": "Client"}, between=["contact-company"]),
    ("patch", "/v1/relationships/{relationship_id}"): _constant(title="ผู้จัดการ", valid_to="2024-12-31"),
    ("post", "/v1/privacy-requests"): lambda world: {
        "kind": "erasure", "contact_id": world.contact_id, "reason": "ลูกค้าขอให้ลบ", "start_at": LATER},
    ("post", "/v1/absences"): lambda world: {
        "user_id": world.ids["user_id"], "starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-01-02T00:00:00Z"},
    ("post", "/v1/assignment-rules"): _rule,
    ("patch", "/v1/assignment-rules/{rule_id}"): _constant(priority=7),
    ("post", "/v1/contacts/reassign"): lambda world: {
        "to_owner_id": world.ids["user_id"], "from_owner_id": world.unknown, **_search("nickname", "ชาย")(world)},
    ("post", "/v1/teams"): lambda world: {"name": "ทีมเหนือ", "members": [{"user_id": world.ids["user_id"]}]},
    ("patch", "/v1/teams/{team_id}"): lambda world: {"members": [{"user_id": world.ids["user_id"], "role": "lead"}]},
    ("post", "/v1/teams/{team_id}/members"): lambda world: {"user_id": world.ids["user_id"], "role": "member"},
    ("post", "/v1/territories"): _constant(name="เหนือ", provinces=["เชียงใหม่"]),
    ("post", "/v1/territories/preview"): _constant(postal_prefixes=["50"]),
    ("patch", "/v1/territories/{territory_id}"): _constant(priority=7),
    ("patch", "/v1/tenant"): _constant(name="ร้านใหม่"),
    ("post", "/v1/traits/batch"): lambda world: {"rows": [{**_trait(world), "contact_id": world.contact_id}]},
    ("patch", "/v1/traits/{trait_id}"): _constant(confidence=0.5),
    ("post", "/v1/users"): _user,
    ("patch", "/v1/users/{user_id}"): _constant(full_name="Somsak"),
}  # fmt: skip


OTHERWISE: Mapping[tuple[str, str], Make] = {
    ("post", "/v1/fields"): lambda _: {
        "record_type": "contact",
        "key": f"f{new_id().hex}",
        "value_type": "number",
        "labels": {"th": "ขนาด"},
        "limits": {"minimum": 0},
    },
    ("patch", "/v1/fields/{field_id}"): _constant(options=[GOLD]),
    ("post", "/v1/auth/token"): _constant(grant_type="refresh_token", refresh_token="none of yours"),
}
"""Second examples, for bodies that may be one thing or another."""
