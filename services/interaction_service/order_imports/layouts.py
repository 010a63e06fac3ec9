"""What kind of file it is, and what each of its columns means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interaction_service.order_imports.models import OrderImportLayout
from shared.errors import FieldError, UnprocessableError

LINE_TARGETS = ("sku", "name", "quantity", "unit_price", "amount", "category")
TARGETS = (
    "number", "contact_id", "contact_ref", "contact_email", "placed_at", "currency", "status", "total_amount",
    "discount_amount", "tax_amount", "order_quantity", *LINE_TARGETS,
)  # fmt: skip
CDNOW_HEADER = ("customer_id", "date", "number_of_cds", "dollar_value", "order_number")
"""The first four are the file's own; we number the orders ourselves."""
_MEANINGS = {
    OrderImportLayout.CDNOW: {
        "customerid": "contact_ref", "date": "placed_at", "numberofcds": "order_quantity",
        "dollarvalue": "total_amount", "ordernumber": "number",
    },
    OrderImportLayout.ONLINE_RETAIL: {
        "invoiceno": "number", "invoice": "number", "stockcode": "sku", "description": "name", "quantity": "quantity",
        "invoicedate": "placed_at", "unitprice": "unit_price", "price": "unit_price", "customerid": "contact_ref",
    },
    OrderImportLayout.SAMPHAN: {
        "ordernumber": "number", "number": "number", "orderno": "number", "orderid": "number",
        "เลขที่ใบสั่งซื้อ": "number", "เลขที่คำสั่งซื้อ": "number", "contactid": "contact_id",
        "contactexternalid": "contact_ref", "customerid": "contact_ref", "รหัสลูกค้า": "contact_ref",
        "contactemail": "contact_email", "email": "contact_email", "อีเมล": "contact_email",
        "placedat": "placed_at", "orderdate": "placed_at", "date": "placed_at", "วันที่": "placed_at",
        "วันที่สั่งซื้อ": "placed_at", "currency": "currency", "สกุลเงิน": "currency", "status": "status",
        "totalamount": "total_amount", "total": "total_amount", "ยอดรวม": "total_amount",
        "discountamount": "discount_amount", "discount": "discount_amount", "ส่วนลด": "discount_amount",
        "taxamount": "tax_amount", "tax": "tax_amount", "vat": "tax_amount", "ภาษี": "tax_amount",
        "orderquantity": "order_quantity", "sku": "sku", "รหัสสินค้า": "sku", "productname": "name",
        "name": "name", "ชื่อสินค้า": "name", "quantity": "quantity", "qty": "quantity", "จำนวน": "quantity",
        "unitprice": "unit_price", "price": "unit_price", "ราคาต่อหน่วย": "unit_price", "amount": "amount",
        "จำนวนเงิน": "amount", "category": "category", "หมวดหมู่": "category",
    },
}  # fmt: skip
_SIGNS = {
    OrderImportLayout.CDNOW: {"numberofcds", "dollarvalue"},
    OrderImportLayout.ONLINE_RETAIL: {"stockcode", "invoicedate"},
}
_NOT_WORD = re.compile(r"[\s_.\-/()]+")


class InvalidMapping(UnprocessableError):
    code = "invalid_mapping"
    title = ("The columns do not fit", "จับคู่คอลัมน์ไม่ถูกต้อง")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a layout's files say nothing about."""

    source: str
    currency: str
    day_first: bool


DEFAULTS = {
    OrderImportLayout.CDNOW: Defaults("cdnow", "USD", day_first=True),
    OrderImportLayout.ONLINE_RETAIL: Defaults("online_retail", "GBP", day_first=False),
    OrderImportLayout.SAMPHAN: Defaults("import", "THB", day_first=True),
}


def detect_layout(header: Sequence[str]) -> tuple[OrderImportLayout, dict[int, str]]:
    """The layout, and column place from 0 → target."""
    keys = [_NOT_WORD.sub("", heading).casefold() for heading in header]
    layout = next((layout for layout, signs in _SIGNS.items() if signs <= set(keys)), OrderImportLayout.SAMPHAN)
    mapping: dict[int, str] = {}
    for place, key in enumerate(keys):
        target = _MEANINGS[layout].get(key)
        if target is not None and target not in mapping.values():
            mapping[place] = target
    return layout, mapping


def override_mapping(
    header: Sequence[str], mapping: Mapping[int, str], wanted: Mapping[str, str | None]
) -> dict[int, str]:
    """`mapping` changed by heading; None leaves a column out. Raises InvalidMapping."""
    places = {heading: place for place, heading in enumerate(header)}
    for heading, target in wanted.items():
        if heading not in places:
            raise _invalid(f"The file has no column {heading[:60]!r}. It has: {', '.join(header)[:500]}.", heading)
        if target is not None and target not in TARGETS:
            raise _invalid(f"{target[:60]!r} is nothing that an order has. Known: {', '.join(TARGETS)}.", heading)
    chosen = {places[heading]: target for heading, target in wanted.items()}
    taken = {target for target in chosen.values() if target}
    kept = {place: target for place, target in mapping.items() if place not in chosen and target not in taken}
    return dict(sorted({**kept, **{place: target for place, target in chosen.items() if target}}.items()))


def check_mapping(mapping: Mapping[int, str]) -> None:
    """Raises InvalidMapping if rows cannot become orders."""
    targets = set(mapping.values())
    for needed in ({"number"}, {"placed_at"}, {"total_amount", "amount", "unit_price"}):
        if not needed & targets:
            raise _invalid(f"No column is mapped to {' or '.join(sorted(needed))}. Say which one it is in `mapping`.")
    if {"amount", "unit_price"} & targets and not {"sku", "name"} & targets:
        raise _invalid("Lines need a column mapped to sku or name. Say which one it is in `mapping`.")


def _invalid(detail: str, heading: str | None = None) -> InvalidMapping:
    pointer = "/mapping" if heading is None else "/mapping/" + heading.replace("~", "~0").replace("/", "~1")
    return InvalidMapping(detail, errors=[FieldError("invalid_mapping", detail, pointer=pointer)])
