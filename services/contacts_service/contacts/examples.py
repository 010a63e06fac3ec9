"""Two contacts, as the API's document shows them being sent."""

from typing import Any

MALEE: dict[str, Any] = {
    "prefix": "คุณ",
    "given_name": "มาลี",
    "family_name": "สวัสดี",
    "full_name": "คุณมาลี สวัสดี",
    "email": "malee@example.com",
    "phone": "081-234-5678",
    "addresses": [{"street": "99 ถนนสุขุมวิท", "district": "วัฒนา", "province": "กรุงเทพมหานคร", "postal_code": "10110"}],
    "birthday": {"year": 1990, "month": 4, "day": 13},
    "language": "th",
    "external_ids": [{"system": "shopify", "id": "7012345678"}],
    "tags": ["ลูกค้าประจำ"],
    "notes": "สะดวกคุยช่วงบ่าย",
}
ADA: dict[str, Any] = {
    "given_name": "Ada",
    "family_name": "Lovelace",
    "full_name": "Ada Lovelace",
    "email": "ada@example.com",
    "phone": "+442079460123",
    "job_title": "Purchasing manager",
    "language": "en",
    "external_ids": [{"system": "hubspot", "id": "351"}],
    "tags": ["VIP"],
}
