from shared.testing.tenants import Tenant
from tests.contacts_service.imports.importing import Importing

GOOGLE = (
    "First Name,Middle Name,Last Name,Nickname,Organization Name,Organization Title,Birthday,Notes,Labels,"
    "E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Street,"
    "Address 1 - City,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country\n"
    "สมชาย,,ใจดี,ชาย,บริษัท สยามค้า จำกัด,ผู้จัดการ,1987-05-14,ลูกค้าเก่า,* myContacts ::: VIP,* Work,Somchai@Example.com,"
    "Mobile,081-234-5678,Home,99 ถนนสุขุมวิท,วัฒนา,กรุงเทพมหานคร,10110,ไทย\n"
    "Ada,,Lovelace,,Analytical Ltd,,,,* myContacts,Home,ada@example.com,Work,+442079460958,,,,,,\n"
    "สมหญิง,,รักเรียน,,บริษัท  สยามค้า จำกัด,,--02-29,,,,,Mobile,0891112222,,,,,,\n"
)


async def test_a_thai_google_file_becomes_contacts_and_companies(importing: Importing, tenant: Tenant) -> None:
    uploaded = await importing.upload("\ufeff" + GOOGLE)

    operation = await importing.run(uploaded)

    assert operation["result"] | {"import_id": 0} == {
        "import_id": 0, "rows": 3, "created": 3, "updated": 0, "unchanged": 0, "skipped": 0, "failed": 0,
    }  # fmt: skip
    assert operation["progress"] == {"done": 3, "total": 3}
    ada, somchai, somying = await importing.contacts()
    assert (somchai["full_name"], somchai["email"], somchai["phone"]) == (
        "สมชาย ใจดี", "somchai@example.com", "+66812345678"
    )  # fmt: skip
    assert (somchai["tags"], somchai["birthday"]) == (["VIP"], {"year": 1987, "month": 5, "day": 14})
    assert somchai["company_id"] == somying["company_id"] != ada["company_id"]
    assert await tenant.count("companies") == 2
    assert sorted(await tenant.staged_types()) == [
        *["contacts.company.created.v1"] * 2,
        *["contacts.contact.created.v1"] * 3,
        "contacts.import.completed.v1",
    ]


async def test_importing_the_same_file_again_changes_nothing(importing: Importing, tenant: Tenant) -> None:
    await importing.counts(GOOGLE)
    before, staged = await importing.contacts(), await tenant.staged_types()

    again = await importing.counts(GOOGLE)

    assert again == {"unchanged": 3}
    assert await importing.contacts() == before
    assert await tenant.staged_types() == [*staged, "contacts.import.completed.v1"]
