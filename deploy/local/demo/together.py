"""Who belongs together in the demo: a group of companies on the map, who decides there, a family, what they like.

All of it is told so that it may be told again: the demo may have been stopped half-way.
"""

from collections.abc import Sequence

from deploy.local.demo.api import Api, Refused

ID = "019a5f00-0000-7000-8000-{:012}"
GROUP, JOB = ID.format(0), ID.format(9)
OBSERVED_AT = "2026-01-15T03:00:00Z"
HEAD_OFFICE = ("เครือสัมพันธ์ Samphan Group", {"latitude": 13.7563, "longitude": 100.5018})
BRANCHES = (
    ("สัมพันธ์ สาขาเชียงใหม่", {"latitude": 18.7883, "longitude": 98.9853}),
    ("สัมพันธ์ สาขาภูเก็ต", {"latitude": 7.8804, "longitude": 98.3923}),
    ("Samphan London", {"latitude": 51.5072, "longitude": -0.1276}),
)
PEOPLE = (
    {"full_name": "คุณมาลี เจริญผล", "job_title": "กรรมการผู้จัดการ", "language": "th"},
    {"full_name": "Charlotte Evans", "job_title": "Head of purchasing", "language": "en"},
    {"full_name": "คุณก้องภพ มั่นคง", "job_title": "เลขานุการ", "language": "th"},
    {"full_name": "คุณวิชัย ใจดี", "language": "th"},
    {"full_name": "คุณสุดา ใจดี", "language": "th"},
    {"full_name": "ด.ญ. ไพลิน ใจดี", "language": "th"},
)
KIND = {
    "inverse_key": "client",
    "name": {"th": "ผู้รับเหมา", "en": "Contractor"},
    "inverse_name": {"th": "ผู้ว่าจ้าง", "en": "Client"},
    "between": ["company-company", "contact-company"],
}
BUYING = (
    {"roles": ["decision_maker", "budget_holder"], "influence": "high", "attitude": "supportive"},
    {"roles": ["influencer"], "influence": "medium", "attitude": "neutral", "notes": "ถามเรื่องการรับประกันเสมอ"},
    {"roles": ["gatekeeper"], "influence": "low", "attitude": "opposed"},
)
TRAITS: Sequence[dict[str, object]] = (
    {"kind": "interest", "name": "กาแฟดริป", "value": "คั่วอ่อน", "source": "call", "confidence": 0.9},
    {"kind": "preference", "name": "Contact after 5 pm", "value": True, "source": "chat"},
    {"kind": "need", "name": "ใบกำกับภาษีแบบอิเล็กทรอนิกส์", "source": "survey"},
    {"kind": "attitude", "name": "Sustainability", "value": "important", "source": "survey", "confidence": 0.7},
)


async def bring_together(api: Api) -> None:
    await api.send("PUT", "/v1/relationship-kinds/contractor", KIND)
    people = [ID.format(100 + number) for number in range(len(PEOPLE))]
    for contact_id, person in zip(people, PEOPLE, strict=True):
        await _once(api, "/v1/contacts", {"id": contact_id, **person})
    await _work(api, people[:3])
    await _live_together(api, people[3:])
    for contact_id, trait in zip(people, TRAITS, strict=False):
        await api.send("POST", f"/v1/contacts/{contact_id}/traits", {**trait, "observed_at": OBSERVED_AT})


async def _work(api: Api, people: Sequence[str]) -> None:
    """In a group of companies, the first of them in a branch before."""
    for number, (name, position) in enumerate((HEAD_OFFICE, *BRANCHES)):
        parent = {"parent_id": GROUP} if number else {}
        await _once(api, "/v1/companies", {"id": ID.format(number), "name": name, "position": position, **parent})
    job = {"kind": "employer", "company_id": GROUP, "valid_from": "2024-05-01", "main": True}
    before = {"kind": "employer", "company_id": ID.format(1), "valid_from": "2019-03-01", "valid_to": "2024-04-30"}
    await _relate(api, people[0], {**before, "id": JOB, "title": "ผู้จัดการสาขา"})
    for person, role in zip(people, BUYING, strict=True):
        await _relate(api, person, job)
        await api.send("PUT", f"/v1/companies/{GROUP}/buying-roles/{person}", role)


async def _live_together(api: Api, people: Sequence[str]) -> None:
    head, spouse, child = people
    await _relate(api, spouse, {"kind": "spouse", "contact_id": head})
    await _relate(api, child, {"kind": "parent", "contact_id": head})
    for member in (spouse, child):
        await _relate(api, member, {"kind": "household_head", "contact_id": head})


async def _relate(api: Api, contact_id: str, relationship: dict[str, object]) -> None:
    await _once(api, f"/v1/contacts/{contact_id}/relationships", relationship)


async def _once(api: Api, path: str, body: dict[str, object]) -> None:
    """Unless it is there already."""
    try:
        await api.send("POST", path, body)
    except Refused as error:
        if not any(code in str(error) for code in ("id_taken", "relationship_exists", "in_household")):
            raise
