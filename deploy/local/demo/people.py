"""Made-up people: Thai and English, the same ones for the same seed."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

THAI_SHARE = 0.6
COMPANY_SHARE = 0.15
PHONE_SHARE = 0.9
EMAIL_SHARE = 0.7

THAI_MEN = (
    "สมชาย สมศักดิ์ วิชัย ประเสริฐ อนุชา ธนากร กิตติ ณัฐพล ชัยวัฒน์ พีรพล ศุภชัย วีระ ปรีชา มานพ สุรชัย เอกชัย ภูมิ ธีรเดช จักรพันธ์ ไพศาล "
    "อดิศักดิ์ รัฐพงษ์ นพดล พงศกร ก้องภพ"
).split()
THAI_WOMEN = (
    "สมหญิง สุดา มาลี วันเพ็ญ ปราณี กนกวรรณ ณัฐธิดา พิมพ์ชนก ศิริพร อรุณี จันทร์เพ็ญ เกศินี ไพลิน แพรวา เบญจมาศ โสภา ใจดาว นภัสสร รัตนา "
    "ชลธิชา อัญชลี วราภรณ์ ธิดารัตน์ เพ็ญศรี ปิยะดา"
).split()
THAI_FAMILIES = (
    "ใจดี แก้วใส ศรีสุข ทองคำ วงศ์สวัสดิ์ บุญมี รุ่งเรือง พงษ์พานิช สายทอง จันทร์แจ้ง แสงทอง มั่นคง สุขสวัสดิ์ เจริญผล ชัยชนะ พูลทรัพย์ "
    "วัฒนกุล เพชรรัตน์ อินทรวงศ์ ไชยวงศ์ โพธิ์ทอง เกษมสุข นาคสุวรรณ ปัญญาดี ดวงแก้ว รักษาดี สมบูรณ์ทรัพย์ ธรรมรักษ์ กิจเจริญ ยอดเยี่ยม"
).split()
LATIN = {
    "สมชาย": "somchai", "สมศักดิ์": "somsak", "วิชัย": "wichai", "สุดา": "suda", "มาลี": "malee", "กิตติ": "kitti",
    "ณัฐพล": "nattapon", "ศิริพร": "siriporn", "รัตนา": "rattana", "เกศินี": "kesinee", "ไพลิน": "pailin", "วีระ": "weera",
}  # fmt: skip
MEN = "James Oliver William Henry Jack Daniel Samuel Thomas Peter Robert Andrew Michael Martin Simon Paul".split()
WOMEN = "Emily Sophie Grace Alice Charlotte Hannah Laura Julia Rachel Anna Claire Helen Susan Mary Nina".split()
FAMILIES = (
    "Smith Jones Taylor Brown Wilson Evans Thomas Johnson Roberts Walker Wright Robinson Thompson White Hughes Edwards "
    "Green Hall Wood Harris Clarke Jackson Turner Hill Cooper Morris Ward Moore King Baker"
).split()
PROVINCES = (
    "กรุงเทพมหานคร เชียงใหม่ ขอนแก่น ชลบุรี ภูเก็ต นครราชสีมา สงขลา นนทบุรี ระยอง อุดรธานี สุราษฎร์ธานี เชียงราย พิษณุโลก ปทุมธานี"
).split()
OCCUPATIONS = "ครู|พยาบาล|วิศวกร|พนักงานขาย|เจ้าของร้าน|นักบัญชี|ข้าราชการ|เกษตรกร|Designer|Engineer|Teacher|Chef".split("|")
SHOPS = "ร้าน|บริษัท|ห้างหุ้นส่วน".split("|")
STAGES = ("lead", "prospect", "customer", "customer", "customer", "loyal")
CLASSES = ("consumer",) * 8 + ("retail",) * 3 + ("wholesale",)


class Person(NamedTuple):
    """One row of the file; empty text where nothing is known."""

    cdnow_id: str
    prefix: str
    given_name: str
    family_name: str
    email: str
    phone: str
    birthday: str
    sex: str
    occupation: str
    home_province: str
    customer_class: str
    lifecycle_stage: str
    tags: str
    company_name: str


def people(customer_ids: Sequence[str], seed: int = 2540) -> Iterator[Person]:
    """A person for each customer id."""
    random = Random(seed)  # noqa: S311 - the same people each time, not a secret
    for number, customer_id in enumerate(customer_ids):
        yield _person(random, number, customer_id)


def _person(random: Random, number: int, customer_id: str) -> Person:
    is_thai = random.random() < THAI_SHARE
    is_woman = random.random() < 0.5
    given = random.choice((THAI_WOMEN if is_woman else THAI_MEN) if is_thai else (WOMEN if is_woman else MEN))
    family = random.choice(THAI_FAMILIES if is_thai else FAMILIES)
    customer_class = random.choice(CLASSES)
    return Person(
        cdnow_id=customer_id,
        prefix=("นางสาว" if is_woman else "นาย") if is_thai else ("Ms" if is_woman else "Mr"),
        given_name=given,
        family_name=family,
        email=f"{LATIN.get(given, given.lower() if not is_thai else 'khun')}.{number}@example.com"
        if random.random() < EMAIL_SHARE
        else "",
        phone=_phone(random) if random.random() < PHONE_SHARE else "",
        birthday=f"{random.randint(1945, 2004)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}",
        sex="หญิง" if is_woman else "ชาย",
        occupation=random.choice(OCCUPATIONS),
        home_province=random.choice(PROVINCES),
        customer_class=customer_class,
        lifecycle_stage=random.choice(STAGES),
        tags="VIP" if random.random() < 0.05 else "",
        company_name=_company(random) if customer_class != "consumer" or random.random() < COMPANY_SHARE else "",
    )


def _phone(random: Random) -> str:
    digits = f"{random.choice(('081', '086', '089', '091', '092', '095', '098'))}{random.randint(0, 9_999_999):07}"
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _company(random: Random) -> str:
    return f"{random.choice(SHOPS)}{random.choice(THAI_FAMILIES)}{random.choice(PROVINCES)}"
