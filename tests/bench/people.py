"""Made-up contacts, Thai and English, the same for the same number. Names are as various as real ones: Thai families
choose names that no other family has, so a part of a name finds few people, and a common syllable many.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random
from typing import Any

from deploy.local.demo.people import LATIN, MEN, PROVINCES, STAGES, THAI_MEN, THAI_WOMEN, WOMEN

THAI_SHARE = 0.7
EMAIL_SHARE = 0.8
PHONE_SHARE = 0.9
THAI_GIVEN = [*THAI_MEN, *THAI_WOMEN]
ENGLISH_GIVEN = [*MEN, *WOMEN]
THAI_STARTS = (
    "ศรี วงศ์ ทอง แก้ว บุญ เพชร สุข จันทร์ พงษ์ ชัย รัตน อินทร โพธิ์ เกษม นาค ปัญญา ดวง สมบูรณ์ ธรรม กิจ เจริญ รุ่ง มั่น ไชย วัฒน "
    "เทพ พิพัฒน์ วิเศษ อุดม ประเสริฐ ภักดี กิตติ ธน สิริ มณี คำ หอม ใจ วร"
).split()
THAI_MIDDLES = "", "สุวรรณ", "พันธุ์", "วิไล", "กุล", "ศักดิ์", "วัฒนา", "โรจน์", "ประดิษฐ์", "ไพบูลย์"
THAI_ENDS = (
    "ชัย สุข ทรัพย์ เจริญ กุล พงศ์ วงศ์ สกุล มงคล รัตน์ ธรรม ศรี พาณิชย์ ผล งาม ดี แสง นนท์ วัฒน์ รุ่งเรือง เกียรติ ชาติ กิจ ไพศาล โชติ พร "
    "สวัสดิ์ ยิ่ง เลิศ นคร"
).split()
ENGLISH_STARTS = (
    "Ash Bar Black Brad Bran Burn Carl Chad Clay Cran Dal Dun East Ed El Fair Far Fen Glad Gran Hal Ham Har Hart Has "
    "Hol Kel Ken Kirk Lang Len Lin Mar Mel Mil Mor New Nor Oak Pem Pres Rad Rams Red Rock Ros Ruther Shel Stan Stock "
    "Sud Thorn Wake Wal Wat Wel West Whit Win Wood"
).split()
ENGLISH_ENDS = (
    "berry bourne bridge brook burn bury by combe cott dale den ell er field ford gate ham hurst ington land leigh ley "
    "low man mere more ridge sall sey shaw sley son stead stock thorpe ton wall ward well wick win worth"
).split()
MAIL_HOSTS = "gmail.com", "gmail.com", "hotmail.com", "outlook.co.th", "example.com", "example.co.th", "example.org"
MOBILE_PREFIXES = "061 062 063 064 065 080 081 082 083 084 085 086 087 088 089 090 091 092 093 094 095 096 097".split()
CLASSES = ("consumer",) * 8 + ("retail",) * 3 + ("wholesale",)
TAGS = "VIP", "ขายส่ง", "newsletter", "line", "งานแสดงสินค้า", "overdue", "สมาชิก", "event-2025"
THAI_FAMILIES = ["".join(parts) for parts in product(THAI_STARTS, THAI_MIDDLES, THAI_ENDS)]
ENGLISH_FAMILIES = ["".join(parts) for parts in product(ENGLISH_STARTS, ENGLISH_ENDS)]


def person(number: int, mark: str) -> dict[str, Any]:
    """The body of a create. `number` decides all but the e-mail, which `mark` makes unique."""
    random = Random(number)
    is_thai = random.random() < THAI_SHARE
    given = random.choice(THAI_GIVEN if is_thai else ENGLISH_GIVEN)
    family = random.choice(THAI_FAMILIES if is_thai else ENGLISH_FAMILIES)
    made = {
        "full_name": f"{given} {family}",
        "email": _email(random, given, mark) if random.random() < EMAIL_SHARE else None,
        "phone": _phone(random) if random.random() < PHONE_SHARE else None,
        "home_province": random.choice(PROVINCES),
        "customer_class": random.choice(CLASSES),
        "lifecycle_stage": random.choice(STAGES),
        "tags": random.sample(TAGS, random.choice((0, 0, 1, 2))),
    }
    return {name: value for name, value in made.items() if value is not None}


def queries(seed: int, count: int) -> Mapping[str, Iterator[str]]:
    """What people type: `count` parts of names of 2 or 3 Thai letters, 3 English ones, and of phone numbers."""
    random = Random(seed)
    return {
        "thai": (_part(random, THAI_FAMILIES + THAI_GIVEN, random.choice((2, 3))) for _ in range(count)),
        "english": (_part(random, ENGLISH_FAMILIES + ENGLISH_GIVEN, 3) for _ in range(count)),
        "phone": (_phone(random).replace("-", "")[: random.randint(5, 8)] for _ in range(count)),
    }


def _email(random: Random, given: str, mark: str) -> str:
    return f"{LATIN.get(given, given.lower() if given.isascii() else 'khun')}.{mark}@{random.choice(MAIL_HOSTS)}"


def _phone(random: Random) -> str:
    return f"{random.choice(MOBILE_PREFIXES)}-{random.randint(0, 999):03}-{random.randint(0, 9999):04}"


def _part(random: Random, names: list[str], letters: int) -> str:
    """From anywhere inside a name that is long enough; Thai parts begin with a letter, as one types them."""
    while True:
        name = random.choice(names)
        start = random.randrange(max(1, len(name) - letters + 1))
        part = name[start : start + letters].lower()
        if len(part) == letters and part[0].isalpha():
            return part
