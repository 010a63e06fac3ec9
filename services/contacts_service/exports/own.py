"""Our own CSV: a column a field, headed as imports read it back, in Thai or English."""

from contacts_service.exports.cells import Contact, birthday, joined, phone, primary_first

HEADINGS: dict[str, tuple[str, str]] = {
    "id": ("id", "id"),
    "full_name": ("full_name", "ชื่อ-นามสกุล"),
    "prefix": ("prefix", "คำนำหน้า"),
    "given_name": ("given_name", "ชื่อจริง"),
    "middle_name": ("middle_name", "ชื่อกลาง"),
    "family_name": ("family_name", "นามสกุล"),
    "suffix": ("suffix", "คำต่อท้าย"),
    "nickname": ("nickname", "ชื่อเล่น"),
    "emails": ("emails", "อีเมล"),
    "phones": ("phones", "เบอร์โทรศัพท์"),
    "street": ("address", "ที่อยู่"),
    "district": ("subdistrict", "แขวง/ตำบล"),
    "city": ("district", "เขต/อำเภอ"),
    "province": ("province", "จังหวัด"),
    "postal_code": ("postal_code", "รหัสไปรษณีย์"),
    "country": ("country", "ประเทศ"),
    "company": ("company_name", "บริษัท"),
    "job_title": ("job_title", "ตำแหน่ง"),
    "birthday": ("birthday", "วันเกิด"),
    "sex": ("sex", "เพศ"),
    "occupation": ("occupation", "อาชีพ"),
    "education": ("education", "การศึกษา"),
    "home_province": ("home_province", "ภูมิลำเนา"),
    "income_band": ("income_band", "ช่วงรายได้"),
    "social_class": ("social_class", "ชั้นทางสังคม"),
    "customer_class": ("customer_class", "ประเภทลูกค้า"),
    "lifecycle_stage": ("lifecycle_stage", "สถานะลูกค้า"),
    "tags": ("tags", "แท็ก"),
    "notes": ("notes", "หมายเหตุ"),
    "external_ids": ("external_ids", "external_ids"),
    "created_at": ("created_at", "created_at"),
    "updated_at": ("updated_at", "updated_at"),
}
ADDRESS = ("street", "district", "city", "province", "postal_code", "country")
PLAIN = (
    "id", "full_name", "prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "job_title", "sex",
    "occupation", "education", "home_province", "income_band", "social_class", "customer_class", "lifecycle_stage",
    "notes", "created_at", "updated_at",
)  # fmt: skip


def header(language: str) -> list[str]:
    return [headings[language == "th"] for headings in HEADINGS.values()]


def row(contact: Contact) -> list[str]:
    """In the order of the header. Of several addresses the primary one."""
    cells = {name: contact[name] or "" for name in PLAIN}
    for address in primary_first(contact["addresses"])[:1]:
        cells |= {part: address[part] or "" for part in ADDRESS}
    cells |= {
        "emails": joined(each["value"] for each in primary_first(contact["emails"])),
        "phones": joined(phone(each) for each in primary_first(contact["phones"])),
        "company": (contact.get("company") or {}).get("name", ""),
        "birthday": birthday(contact),
        "tags": joined(contact["tags"]),
        "external_ids": "|".join(f"{each['system']}:{each['id']}" for each in contact["external_ids"]),
    }
    return [cells.get(name, "") for name in HEADINGS]
