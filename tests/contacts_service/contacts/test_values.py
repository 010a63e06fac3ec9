from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts_service.contacts import phones, texts
from contacts_service.contacts.values import (
    Birthday,
    InvalidBirthday,
    InvalidCustomerClass,
    InvalidEmail,
    InvalidPhone,
    InvalidValue,
    NameOrder,
    NameParts,
    Phone,
    clean_lines,
    clean_text,
    display_name,
    fold_search,
    parse_birthday,
    parse_country,
    parse_customer_class,
    parse_email,
    parse_phone,
    parse_sex,
    read_phone,
    split_name,
)

TODAY = date(2026, 11, 22)
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
THAI_TEXT = st.text(st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B) | st.sampled_from(" .,()-"), max_size=40)
PHONE_TEXT = st.text(st.sampled_from("0123456789๐๑๘+()-. #x/"), max_size=20)


@pytest.mark.parametrize(
    "written",
    [
        "081-234-5678", "0812345678", "081 234 5678", "(081) 2345678", "08.1234.5678", "๐๘๑-๒๓๔-๕๖๗๘",
        "+66 81 234 5678",
        "+66812345678", "+66 (0) 81 234 5678", "0066812345678", "001 66 81 234 5678", "66812345678", "812345678",
        "tel:+66-81-234-5678", "โทร. 081-234-5678",
        "081\u2013234\u20135678", "\u200b081-234-5678 ", "０８１２３４５６７８",
    ],
)  # fmt: skip
def test_every_way_to_write_a_thai_mobile_number_is_one_number(written: str) -> None:
    assert parse_phone(written) == "+66812345678"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("02 123 4567", "+6621234567"), ("053-123-456", "+6653123456"), ("+44 20 7946 0958", "+442079460958"),
        ("0012025550123", "+12025550123"), ("+1 (202) 555-0123", "+12025550123"), ("+81 3-1234-5678", "+81312345678"),
    ],
)  # fmt: skip
def test_land_lines_and_foreign_numbers_are_read(written: str, value: str) -> None:
    assert parse_phone(written) == value


def test_local_forms_follow_the_region_of_the_caller() -> None:
    assert parse_phone("020 7946 0958", "GB") == "+442079460958"


@pytest.mark.parametrize("written", ["02-123-4567 ต่อ 12", "02-123-4567 ext. 12", "021234567#12", "021234567 x12"])
def test_an_extension_is_kept_apart(written: str) -> None:
    assert read_phone(written) == Phone("+6621234567", "12")
    with pytest.raises(InvalidPhone, match="extension"):
        parse_phone(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "  ",
        "12345",
        "081-234-567",
        "081-234-56789",
        "+660000",
        "โทรหาแม่",
        "1-800-FLOWERS",
        "+",
        "081234567８9",
        "02-123-4567-8",
    ],
)
def test_what_is_no_phone_number_is_refused_with_a_cure(written: str) -> None:
    with pytest.raises(InvalidPhone, match="081-234-5678"):
        parse_phone(written)


@settings(deadline=None)
@given(PHONE_TEXT)
def test_the_fast_path_agrees_with_the_numbering_plan(text: str) -> None:
    def read(reader: object) -> object:
        try:
            return reader(text, "TH")  # type: ignore[operator]
        except InvalidPhone:
            return None

    assert read(read_phone) == read(phones._read_slowly)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Somchai@Example.COM", "somchai@example.com"), (" a.b+c@gmail.com ", "a.b+c@gmail.com"),
        ("สมชาย@ตัวอย่าง.ไทย", "สมชาย@ตัวอย่าง.ไทย"), ("x@BÜCHER.de", "x@bücher.de"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)  # fmt: skip
def test_emails_are_lower_case_in_their_own_script(written: str, value: str) -> None:
    assert parse_email(written) == value


@pytest.mark.parametrize(
    "written", ["", "a", "a@", "a@b", "a b@example.com", "a..b@example.com", "a@-x.com", "a@x.test"]
)
def test_what_is_no_email_is_refused(written: str) -> None:
    with pytest.raises(InvalidEmail, match=r"somchai@example\.com"):
        parse_email(written)


@pytest.mark.parametrize(
    "written",
    [
        "1987-05-14", "1987/5/14", "19870514", "1987-05-14T00:00:00Z",
        "14/5/1987", "14-05-2530", "14.05.2530", "๑๔/๐๕/๒๕๓๐",
        "5/14/1987", "2530-05-14", "14 พ.ค. 2530", "14 พฤษภาคม 2530", "14 พฤษภาคม พ.ศ. ๒๕๓๐",
        "วันที่ 14 เดือน พฤษภาคม พ.ศ.2530",
        "14 May 1987", "14th of May 1987", "May 14, 1987", "14-May-1987", "14พ.ค.2530", "14/05/1987 00:00",
    ],
)  # fmt: skip
def test_every_way_to_write_a_birthday_is_one_day(written: str) -> None:
    assert parse_birthday(written, today=TODAY) == Birthday(1987, 5, 14)


@pytest.mark.parametrize("written", ["--05-14", "--0514", "14 พ.ค.", "May 14", "14/5", "1604-05-14"])
def test_a_birthday_may_have_no_year(written: str) -> None:
    assert parse_birthday(written) == Birthday(None, 5, 14)


def test_a_day_that_could_be_two_is_read_day_first_unless_told_otherwise() -> None:
    assert parse_birthday("3/4/1987") == Birthday(1987, 4, 3)
    assert parse_birthday("3/4/1987", day_first=False) == Birthday(1987, 3, 4)


def test_the_29th_of_february_needs_a_leap_year_or_none() -> None:
    assert parse_birthday("--02-29") == Birthday(None, 2, 29)
    assert parse_birthday("29/2/2543") == Birthday(2000, 2, 29)
    with pytest.raises(InvalidBirthday, match="no calendar"):
        parse_birthday("29/2/2001")


@pytest.mark.parametrize(
    "written",
    ["", "31/2/1987", "0/0/00", "14/5/87", "2027-01-01", "14 Foo 1987", "1700-01-01", "13/13/1987", "yesterday"],
)
def test_impossible_birthdays_are_refused(written: str) -> None:
    with pytest.raises(InvalidBirthday):
        parse_birthday(written, today=TODAY)


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("สมชาย ใจดี", NameParts(given_name="สมชาย", family_name="ใจดี")),
        ("นายสมชาย ใจดี", NameParts(prefix="นาย", given_name="สมชาย", family_name="ใจดี")),
        ("นางสาว สมหญิง รักเรียน", NameParts(prefix="นางสาว", given_name="สมหญิง", family_name="รักเรียน")),
        ("น.ส.สมหญิง รักเรียน", NameParts(prefix="น.ส.", given_name="สมหญิง", family_name="รักเรียน")),
        ("ว่าที่ ร.ต. สมชาย ใจดี", NameParts(prefix="ว่าที่ ร.ต.", given_name="สมชาย", family_name="ใจดี")),
        ("ผศ.ดร.สมชาย ใจดี", NameParts(prefix="ผศ. ดร.", given_name="สมชาย", family_name="ใจดี")),
        ("คุณสมชาย", NameParts(prefix="คุณ", given_name="สมชาย")),
        ("คุณากร ใจดี", NameParts(given_name="คุณากร", family_name="ใจดี")),
        ("คุณ", NameParts(given_name="คุณ")),
        ("สมชาย ณ อยุธยา", NameParts(given_name="สมชาย", family_name="ณ อยุธยา")),
        ("ส. ศิวรักษ์", NameParts(given_name="ส.", family_name="ศิวรักษ์")),
        ("สมชาย ใจดี (ชาย)", NameParts(given_name="สมชาย", family_name="ใจดี", nickname="ชาย")),
        ("John Doe", NameParts(given_name="John", family_name="Doe")),
        ("Doe, John Ray", NameParts(given_name="John", middle_name="Ray", family_name="Doe")),
        (
            "Dr. John R. Doe, Jr.",
            NameParts(prefix="Dr.", given_name="John", middle_name="R.", family_name="Doe", suffix="Jr."),
        ),
        ("Mr.Somchai Jaidee", NameParts(prefix="Mr.", given_name="Somchai", family_name="Jaidee")),
        ("Ludwig van Beethoven", NameParts(given_name="Ludwig", family_name="van Beethoven")),
        ("Cher", NameParts(given_name="Cher")),
        ("王 小明", NameParts(given_name="小明", family_name="王", order=NameOrder.FAMILY_FIRST)),
    ],
)  # fmt: skip
def test_names_are_taken_apart(full: str, parts: NameParts) -> None:
    assert split_name(full) == parts


@pytest.mark.parametrize(
    ("full", "shown"),
    [("Doe, John", "John Doe"), ("นาย สมชาย ใจดี", "นายสมชาย ใจดี"), ("ดร. สมชาย", "ดร. สมชาย"), ("王 小明", "王 小明")],
)
def test_names_are_shown_in_the_order_of_their_bearer(full: str, shown: str) -> None:
    assert display_name(split_name(full)) == shown


@settings(deadline=None)
@given(ANY_TEXT | THAI_TEXT)
def test_taking_a_name_apart_loses_no_letter(full: str) -> None:
    parts = split_name(full)

    kept = f"{parts.prefix}{parts.given_name}{parts.middle_name}{parts.family_name}{parts.suffix}{parts.nickname}"
    assert sorted(filter(str.isalnum, kept)) == sorted(filter(str.isalnum, clean_text(full)))


def test_clean_text_repairs_what_copying_breaks() -> None:
    assert clean_text("  น\u0e49\u0e4d\u0e32\u200b\tใจ\x00  ") == "น\u0e49\u0e33 ใจ"
    assert clean_text("เเก้ว") == "แก้ว"
    assert clean_text("e\u0301\ufeff") == "é"
    assert clean_lines("a  b \r\nc\u2028d\x07") == "a  b\nc\nd"


@settings(deadline=None)
@given(ANY_TEXT | THAI_TEXT)
def test_text_that_looks_clean_is_clean(text: str) -> None:
    repaired = " ".join(texts._repaired(texts._BREAKS.sub(" ", text)).split())

    assert clean_text(text) == repaired


@settings(deadline=None)
@given(ANY_TEXT | THAI_TEXT)
def test_cleaning_and_folding_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    assert fold_search(fold_search(text)) == fold_search(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ศักดิ์สิทธิ์", "ศักดิสิทธิ"), ("น้ำ", "นำ"), ("JOSÉ  O'Brien", "jose obrien"), ("ร้าน ๗-๑๑", "ราน 7 11"), ("ＡＢ", "ab")],
)
def test_spellings_that_people_mix_up_fold_to_the_same(one: str, other: str) -> None:
    assert fold_search(one) == fold_search(other)


def test_known_words_for_sex_class_and_country_are_normalised() -> None:
    assert [parse_sex(word) for word in ("ชาย", "F", " Female ", "ญ", "hijra")] == [
        "male",
        "female",
        "female",
        "female",
        "hijra",
    ]
    assert [parse_customer_class(word) for word in ("ขายส่ง", "Retail", "ผู้บริโภค")] == ["wholesale", "retail", "consumer"]
    assert [parse_country(word) for word in ("ประเทศไทย", "gb", "Laos")] == ["TH", "GB", "Laos"]
    with pytest.raises(InvalidCustomerClass, match="wholesale"):
        parse_customer_class("vip")


@settings(deadline=None)
@given(ANY_TEXT | THAI_TEXT | PHONE_TEXT)
def test_no_text_raises_anything_but_invalid_value(text: str) -> None:
    for parse in (read_phone, parse_email, parse_birthday, parse_sex, parse_customer_class, parse_country):
        try:
            value = parse(text)
        except InvalidValue:
            continue
        assert value or parse in (parse_sex, parse_country)


@settings(deadline=None)
@given(st.emails())
def test_a_parsed_email_parses_to_itself(text: str) -> None:
    try:
        once = parse_email(text)
    except InvalidEmail:
        return

    assert parse_email(once) == once


@settings(deadline=None)
@given(st.text(alphabet="เแ้ํา่ำฺูุ๊์ฯๆกข.' 1๑aÀ", max_size=8) | st.text(alphabet=st.characters(max_codepoint=127)))
def test_folding_thai_or_ascii_the_short_way_folds_as_the_long_way(text: str) -> None:
    shared = text.replace("À", "")

    assert fold_search(shared + "À").removesuffix("a").strip() == fold_search(shared)
