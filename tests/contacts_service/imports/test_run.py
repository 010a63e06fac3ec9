from shared.testing.tenants import Tenant
from tests.contacts_service.imports.importing import Importing, key, outcome

OWN = ("id", "created_at", "updated_at")


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


async def test_rows_of_one_person_become_one_contact(importing: Importing, tenant: Tenant) -> None:
    rows = (
        "name,email,phone,job_title,tags\n"
        "Ada Lovelace,ada@example.com,,Analyst,A\n"
        "Ada Lovelace,ADA@example.com,081-234-5678,Countess,B\n"
        "Ada Lovelace,,0812345678,,C\n"
    )

    first = await importing.counts(rows)
    (ada,) = await importing.contacts()
    again = await importing.counts(rows)

    assert first == {"created": 1, "updated": 2}
    assert (ada["job_title"], ada["tags"], ada["phone"]) == ("Countess", ["A", "B", "C"], "+66812345678")
    assert again == {"unchanged": 3}
    assert ada["version"] == 1
    assert (await importing.contacts()) == [ada]


async def test_an_update_adds_and_leaves_the_rest_alone(importing: Importing) -> None:
    body = {
        "full_name": "สมชาย ใจดี",
        "emails": [{"value": "s@example.com", "label": "work"}],
        "tags": ["VIP"],
        "job_title": "ผู้จัดการ",
        "birthday": {"year": 1987, "month": 5, "day": 14},
    }
    await importing.client.post("/v1/contacts", json=body)

    counts = await importing.counts("email,phone,tags,birthday,ตำแหน่ง\nS@example.com,0812345678,vip;ใหม่,--05-14,\n")

    (somchai,) = await importing.contacts()
    assert counts == {"updated": 1}
    assert (somchai["full_name"], somchai["job_title"], somchai["version"]) == ("สมชาย ใจดี", "ผู้จัดการ", 2)
    assert (somchai["tags"], somchai["birthday"]["year"]) == (["VIP", "ใหม่"], 1987)
    assert somchai["emails"] == [{"value": "s@example.com", "label": "work", "primary": True}]
    assert [phone["value"] for phone in somchai["phones"]] == ["+66812345678"]


async def test_people_who_share_a_phone_stay_two_people(importing: Importing) -> None:
    rows = "name,phone\nสมชาย ใจดี,0812345678\nสมหญิง ใจดี,0812345678\nสมชาย ใจดี,0812345678\n"

    first = await importing.counts(rows)

    assert first == {"created": 2, "unchanged": 1}
    assert await importing.counts(rows) == {"unchanged": 3}


async def test_people_of_whom_only_the_name_is_known_are_found_again(importing: Importing) -> None:
    rows = "name,notes\nสมชาย,ก\nสมชาย,ก\nสมหญิง,\n"

    first = await importing.counts(rows)

    assert first == {"created": 2, "unchanged": 1}
    assert await importing.counts(rows) == {"unchanged": 3}


async def test_policies(importing: Importing) -> None:
    rows = "name,email\nAda,ada@example.com\nBob,bob@example.com\n"
    await importing.client.post("/v1/contacts", json={"full_name": "Ada L", "email": "ada@example.com"})

    skipping = await importing.counts(rows, match_policy="skip")
    creating = await importing.counts(rows + "New,\n", match_policy="create")
    updating = await importing.counts(rows, match_policy="update")

    assert skipping == {"created": 1, "skipped": 1}
    assert creating == {"created": 1, "failed": 2}
    assert updating == {"updated": 1, "unchanged": 1}


async def test_an_email_of_somebody_else_is_an_error_of_its_row(importing: Importing) -> None:
    await importing.client.post(
        "/v1/contacts", json={"full_name": "Ada", "external_ids": [{"system": "import", "id": "7"}]}
    )
    await importing.client.post("/v1/contacts", json={"full_name": "Bob", "email": "bob@example.com"})
    uploaded = await importing.upload("customer_id,name,email\n7,Ada,bob@example.com\n8,Carl,carl@example.com\n")

    operation = await importing.run(uploaded)

    assert outcome(operation) == {"created": 1, "failed": 1}
    assert b'2,email_taken,"email: The e-mail bob@example.com belongs to another contact' in (
        await importing.errors(uploaded)
    )


async def test_corrected_errors_import_clean(importing: Importing) -> None:
    uploaded = await importing.upload(
        "name,email,phone\nAda,ada@example.com,12\n=Bob,bob.example,\nEve,eve@example.com,\n"
    )

    failed = outcome(await importing.run(uploaded))
    errors = await importing.errors(uploaded)
    corrected = errors.decode("utf-8-sig").replace(",12,", ",0812345678,").replace("bob.example,", "bob@example.com,")
    again = await importing.counts(corrected)

    assert failed == {"created": 1, "failed": 2}
    assert errors.startswith(b"\xef\xbb\xbfname,email,phone,_error_row,_error_code,_error_detail\r\n")
    assert again == {"created": 2}
    assert [contact["full_name"] for contact in await importing.contacts()] == ["Ada", "=Bob", "Eve"]


async def test_a_dry_run_tells_all_and_changes_nothing(importing: Importing, tenant: Tenant) -> None:
    uploaded = await importing.upload("name,email,company\nAda,ada@example.com,ACME\nBob,bad,\n")

    dry = await importing.run(uploaded, "dry-run")
    errors = await importing.errors(uploaded)

    assert outcome(dry) == {"created": 1, "failed": 1}
    assert b"invalid_email" in errors
    assert (await tenant.count("contacts"), await tenant.count("companies")) == (0, 0)
    assert await tenant.staged_types() == []
    assert outcome(await importing.run(uploaded)) == {"created": 1, "failed": 1}


async def test_defaults_fill_gaps_of_new_contacts_and_tags_mark_all(importing: Importing, tenant: Tenant) -> None:
    await importing.client.post("/v1/contacts", json={"full_name": "Ada", "email": "ada@example.com"})
    owner = str(tenant.actor_id)
    options = {
        "defaults": {"owner_id": owner, "customer_class": "retail", "tags": ["fair 2026"]},
        "owners": {"Boss@example.com": owner},
    }
    rows = (
        "name,email,customer_class,owner\nAda,ada@example.com,,\n"
        "Bob,bob@example.com,ขายส่ง,boss@example.com\nCarl,c@example.com,,\n"
    )

    counts = await importing.counts(rows, **options)

    ada, bob, carl = await importing.contacts()
    assert counts == {"created": 2, "updated": 1}
    assert [each["customer_class"] for each in (ada, bob, carl)] == [None, "wholesale", "retail"]
    assert [each["owner_id"] for each in (ada, bob, carl)] == [None, owner, owner]
    assert {tuple(each["tags"]) for each in (ada, bob, carl)} == {("fair 2026",)}
    assert await importing.counts(rows, **options) == {"unchanged": 3}


async def test_rows_of_several_chunks_are_all_imported(importing: Importing, tenant: Tenant) -> None:
    rows = (f"Person {number},p{number}@example.com,08{number:08}\n" for number in range(4_500))

    counts = await importing.counts("name,email,phone\n" + "".join(rows))

    assert counts == {"created": 4_500}
    assert await tenant.count("contacts") == 4_500


async def test_a_file_may_move_contacts_back_and_the_history_says_so(importing: Importing) -> None:
    await importing.counts("Email,Lifecycle Stage\nada@example.com,loyal\n")

    outcome = await importing.counts("Email,Lifecycle Stage\nada@example.com,lead\n")

    (ada,) = await importing.contacts()
    way = (await importing.client.get(f"/v1/contacts/{ada['id']}/lifecycle")).json()
    assert (outcome, ada["lifecycle_stage"]) == ({"updated": 1}, "lead")
    assert [(stay["from_stage"], stay["stage"], stay["source"]) for stay in way["history"]] == [
        ("loyal", "lead", "import"), (None, "loyal", None),
    ]  # fmt: skip


async def test_a_new_contact_is_found_by_what_a_later_row_of_the_file_tells_of_it(importing: Importing) -> None:
    counts = await importing.counts(
        "full_name,email,phone\nมาลี ใจดี,m@example.com,0812345678\n,m@example.com,0898765432\n"
    )

    (malee,) = await importing.contacts()
    found = [await _ids_found(importing, query) for query in ("มาลี", "081 234", "0898765", "m@example")]
    assert counts == {"created": 1, "updated": 1}
    assert found == [[malee["id"]]] * 4


async def _ids_found(importing: Importing, query: str) -> list[str]:
    answer = await importing.client.get("/v1/contacts", params={"q": query})
    return [each["id"] for each in answer.json()["data"]]


async def test_an_imported_contact_is_as_one_that_was_posted(importing: Importing) -> None:
    """With the defaults and tags of the import, and found by the same."""
    given = {"full_name": "นางสาวมาลี ใจดี", "phone": "0812345678", "job_title": "ครู", "lifecycle_stage": "lead"}
    posted = await importing.client.post("/v1/contacts", json={**given, "tags": ["VIP", "งานแสดง"]}, headers=key())
    defaults = {"lifecycle_stage": "lead", "tags": ["งานแสดง"]}

    await importing.counts(
        "full_name,phone,job_title,tags\nนางสาวมาลี ใจดี,0812345678,ครู,VIP\n", defaults=defaults, match_policy="create"
    )

    both = await importing.contacts()
    told = [{name: value for name, value in each.items() if name not in OWN} for each in both]
    assert len(both) == 2
    assert told[0] == told[1]
    assert sorted(await _ids_found(importing, "081234")) == sorted(each["id"] for each in both)
    assert posted.json()["id"] in {each["id"] for each in both}
