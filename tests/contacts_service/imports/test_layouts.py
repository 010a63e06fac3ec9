import pytest

from contacts_service.imports.layouts import Layout, detect_layout, override_mapping
from contacts_service.imports.targets import InvalidMapping, parse_target


def columns(names: str) -> list[str]:
    return names.split(",")


GOOGLE = columns(
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,"
    "Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,"
    "Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,"
    "Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,"
    "Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,"
    "Website 1 - Label,Website 1 - Value"
)
GOOGLE_OLDER = columns(
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,"
    "Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,"
    "Location,Billing Information,Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,"
    "Notes,Language,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,"
    "Phone 1 - Value,Address 1 - Type,Address 1 - Formatted,Address 1 - Street,Address 1 - City,"
    "Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,"
    "Address 1 - Extended Address,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title"
)
OUTLOOK = columns(
    "First Name,Middle Name,Last Name,Title,Suffix,Initials,Web Page,Gender,Birthday,Anniversary,"
    "Location,Language,Internet Free Busy,Notes,E-mail Address,E-mail 2 Address,E-mail 3 Address,"
    "Primary Phone,Home Phone,Home Phone 2,Mobile Phone,Pager,Home Fax,Home Street,Home Street 2,"
    "Home City,Home State,Home Postal Code,Home Country,Company Main Phone,Business Phone,"
    "Business Phone 2,Business Fax,Company,Job Title,Department,Profession,Business Street,"
    "Business Street 2,Business City,Business State,Business Postal Code,Business Country/Region,"
    "Other Phone,Categories"
)
HUBSPOT = columns(
    "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Contact owner,Lifecycle Stage,"
    "Lead Status,Create Date,Job Title,Company Name,Street Address,City,State/Region,Postal Code,"
    "Country/Region,Date of birth"
)
SALESFORCE = columns(
    "Contact ID,Salutation,First Name,Last Name,Title,Account Name,Mailing Street,Mailing City,"
    "Mailing State/Province,Mailing Zip/Postal Code,Mailing Country,Phone,Mobile,Fax,Email,Birthdate,"
    "Description"
)
SALESFORCE_API = columns(
    "Id,IsDeleted,AccountId,LastName,FirstName,Salutation,MailingStreet,MailingCity,MailingPostalCode,"
    "Phone,MobilePhone,Email,Title"
)
OWN = columns("external_id,prefix,given_name,family_name,email,phone,birthday,customer_class,owner_email,tags")
THAI = columns("รหัสลูกค้า,คำนำหน้า,ชื่อ,นามสกุล,อีเมล,เบอร์โทร,มือถือ,บริษัท,วันเกิด,ที่อยู่,ตำบล,อำเภอ,จังหวัด,รหัสไปรษณีย์,ประเภทลูกค้า")


def meanings(header: list[str]) -> dict[str, str]:
    return {header[position]: target for position, target in detect_layout(header).mapping.items()}


@pytest.mark.parametrize(
    ("header", "layout"),
    [
        (GOOGLE, Layout.GOOGLE), (GOOGLE[:3] + GOOGLE[17:19], Layout.GOOGLE), (GOOGLE_OLDER, Layout.GOOGLE_OLDER),
        (OUTLOOK, Layout.OUTLOOK), (HUBSPOT, Layout.HUBSPOT), (SALESFORCE, Layout.SALESFORCE),
        (SALESFORCE_API, Layout.SALESFORCE), (OWN, Layout.SAMPHAN), (THAI, Layout.SAMPHAN),
        (columns("First Name,Last Name,E-mail Address,Mobile Phone,Business Phone,Business Street"), Layout.OUTLOOK),
        (["Customer", "Email", "Tel."], Layout.GENERIC), (["x", "y"], Layout.GENERIC),
    ],
)  # fmt: skip
def test_the_header_tells_the_layout(header: list[str], layout: Layout) -> None:
    assert detect_layout(header).layout is layout


@pytest.mark.parametrize("header", [GOOGLE, GOOGLE_OLDER, OUTLOOK, HUBSPOT, SALESFORCE, SALESFORCE_API, OWN, THAI])
def test_every_detected_mapping_is_valid_and_names_what_it_leaves_out(header: list[str]) -> None:
    detected = detect_layout(header)

    assert override_mapping(header, detected.mapping, {}) == detected.mapping
    assert len(detected.mapping) + len(detected.unmapped) == len(header)
    assert detected.confidence >= 0.9
    assert {"names.given", "names.family"} <= set(detected.mapping.values())


def test_google_columns_are_grouped_by_their_number() -> None:
    found = meanings(GOOGLE)

    assert found["E-mail 2 - Value"] == "emails[2].value"
    assert found["E-mail 2 - Label"] == "emails[2].label"
    assert found["Address 1 - Region"] == "addresses[1].province"
    assert found["Organization Title"] == "job_title"
    assert found["Labels"] == "tags"
    assert "Photo" not in found


def test_the_same_heading_means_what_its_system_means_by_it() -> None:
    assert meanings(OUTLOOK)["Title"] == "names.prefix"
    assert meanings(SALESFORCE)["Title"] == "job_title"
    assert meanings(OUTLOOK)["Business Street 2"] == "addresses[work].street"
    assert meanings(HUBSPOT)["Record ID"] == "external_ids[hubspot]"
    assert meanings(SALESFORCE_API)["Id"] == "external_ids[salesforce]"
    assert meanings(SALESFORCE_API)["MailingCity"] == "addresses[mailing].city"


def test_thai_headings_are_understood() -> None:
    assert detect_layout(THAI).unmapped == []
    assert meanings(["ชื่อ", "เบอร์โทร"]) == {"ชื่อ": "names.full", "เบอร์โทร": "phones[1].value"}
    assert meanings(["ชื่อ", "นามสกุล"]) == {"ชื่อ": "names.given", "นามสกุล": "names.family"}


def test_a_second_column_for_phones_is_one_more_phone_and_for_a_company_left_out() -> None:
    detected = detect_layout(["Name", "Phone", "Telephone", "Company", "Employer"])

    assert detected.mapping == {0: "names.full", 1: "phones[1].value", 2: "phones[2].value", 3: "company.name"}
    assert detected.unmapped == ["Employer"]


def test_the_caller_overrides_by_column_name() -> None:
    header = ["Name", "Code", "Phone", "x"]
    detected = detect_layout(header)

    mapping = override_mapping(
        header, detected.mapping, {"Code": "external_ids[erp]", "Phone": None, "x": "phones[work].value"}
    )

    assert mapping == {0: "names.full", 1: "external_ids[erp]", 3: "phones[work].value"}
    assert override_mapping(header, detected.mapping, {"x": "names.full"}) == {2: "phones[1].value", 3: "names.full"}


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"Nope": "notes"}, "no column 'Nope'"), ({"x": "phones[1].colour"}, "phones\\[1\\].colour"),
        ({"x": "job_title", "y": "job_title"}, "both fill"), ({"Name": None}, "No column is mapped"),
    ],
)  # fmt: skip
def test_a_wrong_override_is_refused_with_what_is_possible(wanted: dict[str, str | None], text: str) -> None:
    header = ["Name", "x", "y"]

    with pytest.raises(InvalidMapping, match=text):
        override_mapping(header, detect_layout(header).mapping, wanted)


def test_targets_without_key_are_possible_for_any_number_of_columns() -> None:
    assert parse_target("emails[].value") == ("emails", "", "value")
    assert override_mapping(["a", "b"], {}, {"a": "emails[].value", "b": "emails[].value"})


def test_a_few_columns_of_a_google_export_are_understood() -> None:
    found = detect_layout(["First Name", "Last Name", "E-mail 1 - Value", "Phone 1 - Value"])

    assert found.unmapped == []
    assert list(found.mapping.values()) == ["names.given", "names.family", "emails[1].value", "phones[1].value"]
