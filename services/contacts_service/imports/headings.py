"""Headings of known files and what they mean: data for layouts.py. Keys are compared folded and without spaces."""

from contacts_service.contacts.values import fold_search

OWN_SYSTEM = "import"


def heading_key(heading: str) -> str:
    """'E-mail 1 - Value' and 'email_1_value' are the same heading."""
    return fold_search(heading).replace(" ", "")


_GENERIC = {
    "names.full": "name full_name contact_name display_name customer_name ชื่อ-นามสกุล ชื่อ-สกุล ชื่อสกุล ชื่อเต็ม ชื่อลูกค้า ชื่อผู้ติดต่อ",
    "names.prefix": "prefix name_prefix salutation honorific คำนำหน้า คำนำหน้าชื่อ คำนำหน้านาม",
    "names.given": "first_name given_name forename fname first ชื่อ ชื่อจริง ชื่อตัว",
    "names.middle": "middle_name additional_name middle middle_initial ชื่อกลาง",
    "names.family": "last_name family_name surname lname last นามสกุล สกุล ชื่อสกุล",
    "names.suffix": "suffix name_suffix คำต่อท้าย",
    "names.nickname": "nickname nick_name ชื่อเล่น",
    "emails[1].value": "email emails e-mail email_address email_1 primary_email อีเมล อีเมล์ อีเมลล์ อีเมลหลัก",
    "emails[work].value": "work_email business_email อีเมลที่ทำงาน",
    "emails[home].value": "home_email personal_email อีเมลส่วนตัว",
    "emails[2].value": "email_2 secondary_email email_2_address additional_email_addresses alternate_email อีเมลสำรอง",
    "emails[3].value": "email_3 email_3_address",
    "phones[1].value": "phone phones phone_number telephone tel tel_no phone_no contact_number "
    "phone_1 primary_phone เบอร์โทร "
    "เบอร์โทรศัพท์ โทรศัพท์ เบอร์ โทร หมายเลขโทรศัพท์ เบอร์ติดต่อ",
    "phones[mobile].value": "mobile mobile_phone mobile_number mobile_phone_number cell cell_phone "
    "cellphone มือถือ เบอร์มือถือ "
    "โทรศัพท์มือถือ เบอร์โทรศัพท์มือถือ",
    "phones[work].value": "work_phone business_phone office_phone เบอร์ที่ทำงาน โทรศัพท์ที่ทำงาน เบอร์ออฟฟิศ",
    "phones[home].value": "home_phone เบอร์บ้าน โทรศัพท์บ้าน",
    "phones[2].value": "phone_2 secondary_phone other_phone เบอร์สำรอง",
    "phones[fax].value": "fax fax_number โทรสาร แฟกซ์",
    "addresses[1].street": "address street street_address address_1 address_line_1 address_2 "
    "address_line_2 ที่อยู่ บ้านเลขที่ ถนน",
    "addresses[1].district": "subdistrict suburb ตำบล แขวง ตำบล/แขวง แขวง/ตำบล",
    "addresses[1].city": "city town district อำเภอ เขต อำเภอ/เขต เขต/อำเภอ เมือง",
    "addresses[1].province": "province state region state/region state/province จังหวัด",
    "addresses[1].postal_code": "postal_code postcode zip zip_code zip/postal_code รหัสไปรษณีย์",
    "addresses[1].country": "country country/region ประเทศ",
    "company.name": "company company_name organization organisation account_name organization_name "
    "employer บริษัท ชื่อบริษัท "
    "หน่วยงาน องค์กร ร้าน ชื่อร้าน",
    "job_title": "job_title position title role organization_title ตำแหน่ง ตำแหน่งงาน",
    "birthday": "birthday birth_date birthdate date_of_birth dob วันเกิด วันเดือนปีเกิด วัน/เดือน/ปีเกิด",
    "sex": "sex gender เพศ",
    "occupation": "occupation profession อาชีพ",
    "education": "education education_level การศึกษา ระดับการศึกษา วุฒิการศึกษา",
    "home_province": "home_province hometown home_region ภูมิลำเนา จังหวัดภูมิลำเนา",
    "income_band": "income_band income income_range รายได้ ช่วงรายได้",
    "social_class": "social_class ชนชั้น ชั้นทางสังคม",
    "customer_class": "customer_class customer_type ประเภทลูกค้า กลุ่มลูกค้า ระดับลูกค้า",
    "lifecycle_stage": "lifecycle_stage stage สถานะลูกค้า ขั้น",
    "owner_email": "owner_email owner contact_owner ผู้ดูแล อีเมลผู้ดูแล พนักงานขาย",
    "tags": "tags tag labels categories groups group_membership แท็ก ป้ายกำกับ หมวดหมู่ กลุ่ม",
    "notes": "notes note comments comment remark remarks description หมายเหตุ บันทึก",
    f"external_ids[{OWN_SYSTEM}]": "external_id customer_id customer_no customer_code รหัสลูกค้า รหัสสมาชิก",
    "external_ids[]": "external_ids",
}

_OUTLOOK = {
    "names.prefix": "title",
    "emails[1].value": "email_address",
    "phones[work2].value": "business_phone_2",
    "phones[home2].value": "home_phone_2",
    "phones[main].value": "company_main_phone",
    "phones[primary].value": "primary_phone",
    "phones[other].value": "other_phone",
    "phones[car].value": "car_phone",
    "phones[pager].value": "pager",
    "phones[work_fax].value": "business_fax",
    "phones[home_fax].value": "home_fax",
    "phones[other_fax].value": "other_fax",
    "tags": "categories",
}
_HUBSPOT = {
    "external_ids[hubspot]": "record_id record_id_contact contact_id",
    "names.prefix": "salutation",
    "company.name": "company_name associated_company primary_associated_company",
}
_SALESFORCE = {
    "external_ids[salesforce]": "id contact_id contact_id_18 case_safe_id",
    "phones[work].value": "phone business_phone",
    "phones[other].value": "other_phone",
    "notes": "description contact_description",
}


def _addresses(key: str, heading: str) -> dict[str, str]:
    """Headings such as 'Business Street 2' for the address with this key."""
    return {
        f"addresses[{key}].street": " ".join(
            f"{heading}_{part}" for part in ("street", "street_2", "street_3", "address_po_box")
        ),
        f"addresses[{key}].city": f"{heading}_city",
        f"addresses[{key}].province": f"{heading}_state {heading}_state/province {heading}_province",
        f"addresses[{key}].postal_code": f"{heading}_postal_code {heading}_zip/postal_code {heading}_zip",
        f"addresses[{key}].country": f"{heading}_country {heading}_country/region",
    }


def _by_key(*tables: dict[str, str]) -> dict[str, str]:
    """Heading key → target; later tables overrule earlier ones, within a table the first wins."""
    result: dict[str, str] = {}
    for table in tables:
        found: dict[str, str] = {}
        for target, headings in table.items():
            for heading in headings.split():
                found.setdefault(heading_key(heading), target)
        result |= found
    return result


GENERIC = _by_key(_GENERIC)
OUTLOOK = _by_key(
    _GENERIC, _OUTLOOK, _addresses("work", "business"), _addresses("home", "home"), _addresses("other", "other")
)
HUBSPOT = _by_key(_GENERIC, _HUBSPOT)
SALESFORCE = _by_key(_GENERIC, _SALESFORCE, _addresses("mailing", "mailing"), _addresses("other", "other"))

OUTLOOK_SIGNS = frozenset(
    (
        "emailaddress", "email2address", "emaildisplayname", "businessphone", "businessphone2",
        "businessstreet", "businesscity", "businessfax", "homestreet", "homecity", "companymainphone",
        "internetfreebusy", "assistantsphone", "managersname", "categories",
    )
)  # fmt: skip
HUBSPOT_SIGNS = frozenset(
    (
        "email", "phonenumber", "lifecyclestage", "contactowner", "leadstatus", "createdate",
        "lastactivitydate", "associatedcompany", "marketingcontactstatus",
    )
)  # fmt: skip
SALESFORCE_SIGNS = frozenset(
    (
        "contactid", "contactid18", "salutation", "mailingstreet", "mailingcity", "mailingstate",
        "mailingstateprovince", "mailingpostalcode", "mailingzippostalcode", "mailingcountry", "accountid",
        "accountname", "leadsource", "reportstoid", "isdeleted", "ownerid", "mobilephone",
    )
)  # fmt: skip
GOOGLE_SIGNS = frozenset(
    (
        "phoneticfirstname", "phoneticlastname", "fileas", "organizationtitle", "labels",
    )
)  # fmt: skip
GOOGLE_OLDER_SIGNS = frozenset(
    (
        "groupmembership", "yominame", "givennameyomi", "additionalname",
    )
)  # fmt: skip
OWN_FIELDS = frozenset(
    (
        "given_name", "middle_name", "family_name", "full_name", "name_order", "job_title", "company_name",
        "external_id", "external_ids", "home_province", "income_band", "social_class", "customer_class",
        "lifecycle_stage", "owner_email", "postal_code", "emails", "phones",
    )
)  # fmt: skip
