"""Why a service is due when it is, in words, Thai and English alike. Pure."""

from collections.abc import Mapping
from typing import Any

from contacts_service.service_due.models import Limit, RateSource

UNITS = {"km": ("km", "กม."), "hours": ("hours", "ชั่วโมง"), "cycles": ("cycles", "รอบ")}
RATES = {
    RateSource.READINGS.value: ("by its own readings", "จากค่าที่อ่านได้"),
    RateSource.POLICY.value: (
        "as the policy assumes until there are two readings",
        "ตามค่าประมาณของนโยบายจนกว่าจะมีค่าอ่านสองครั้ง",
    ),
}


def explain(due: Mapping[str, Any]) -> dict[str, str]:
    """`due` has the columns of a ServiceDue."""
    if due["due_on"] is None:
        return {
            "en": "Not known yet: the policy counts usage only, and there are no two readings to forecast it from.",
            "th": "ยังไม่ทราบ: นโยบายนับตามการใช้งานเท่านั้น และยังไม่มีค่าอ่านสองครั้งให้คาดการณ์",
        }
    parts = [each for each in (_by_time(due), _by_usage(due)) if each is not None]
    if due["reached_by"] == Limit.USAGE.value:
        parts.reverse()
    return {
        "en": "; ".join(english for english, _ in parts) + ". The earlier one counts." * (len(parts) > 1),
        "th": " และ".join(thai for _, thai in parts) + " นับวันที่ถึงก่อน" * (len(parts) > 1),
    }


def _by_time(due: Mapping[str, Any]) -> tuple[str, str] | None:
    if due["due_by_time_on"] is None:
        return None
    months, since, day = due["months"], due["base_on"], due["due_by_time_on"]
    return (
        f"{months} months after {since} are over on {day}",
        f"ครบ {months} เดือนนับจาก {since} ในวันที่ {day}",
    )


def _by_usage(due: Mapping[str, Any]) -> tuple[str, str] | None:
    if due["due_by_usage_on"] is None:
        return None
    unit, thai_unit = UNITS[due["usage_unit"]]
    at, day = f"{due['due_usage']:,.0f}", due["due_by_usage_on"]
    if due["usage_total"] is not None and due["usage_total"] >= due["due_usage"]:
        return f"{at} {unit} were reached by {day}", f"ใช้งานถึง {at} {thai_unit} แล้วเมื่อ {day}"
    rate, (source, thai_source) = f"{due['usage_per_day']:,.1f}", RATES[due["rate_source"]]
    return (
        f"at {rate} {unit} a day, {source}, {at} {unit} are reached on {day}",
        f"ใช้งานวันละ {rate} {thai_unit} ({thai_source}) จะถึง {at} {thai_unit} ในวันที่ {day}",
    )
