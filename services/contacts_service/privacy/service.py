"""The saga: started when it is due, asked of every service until all have answered, ended."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contacts_service.privacy.events import ErasureRequested, ExportRequested, PrivacyRequestEnded
from contacts_service.privacy.models import (
    DUE,
    LOG,
    SERVICES,
    AnswerStatus,
    PrivacyAnswer,
    PrivacyRequest,
    PrivacyRequestNotFound,
    RequestKind,
    RequestStatus,
    UnknownPerson,
)
from contacts_service.privacy.persons import find_person, is_known
from shared.db.record import now as current_time
from shared.errors import FieldError
from shared.messaging import stage
from shared.privacy import add_task

ASK_AGAIN = timedelta(days=1)
GIVE_UP = timedelta(days=14)


async def create_request(session: AsyncSession, given: Mapping[str, Any]) -> PrivacyRequest:
    """Raises UnknownPerson. Several of one person do no harm: what the first did, the others find done."""
    if not await is_known(session, given["contact_id"]):
        detail = "There is no such contact; perhaps it was erased already."
        raise UnknownPerson(detail, errors=[FieldError("unknown_contact", detail, pointer="/contact_id")])
    moment = current_time()
    start_at = max(given["start_at"] or moment, moment)
    dates = {"start_at": start_at, "ask_at": start_at, "due_at": given["due_at"] or moment + DUE}
    request = PrivacyRequest(owner_id=session.info["context"].actor_id, **{**given, **dates})
    session.add(request)
    await session.flush()
    return request


async def cancel_request(session: AsyncSession, request_id: UUID) -> PrivacyRequest:
    """Raises PrivacyRequestNotFound, RequestStarted."""
    request = await _locked(session, request_id)
    if request is None:
        raise PrivacyRequestNotFound(f"There is no privacy request {request_id}.")
    request.cancel()
    await session.flush()
    return request


async def advance(session: AsyncSession, request: PrivacyRequest, now: datetime) -> None:
    """What is due of a locked request: its start, another round, or its end."""
    if request.status == RequestStatus.PENDING:
        await _start(session, request, now)
    elif request.started_at is not None and now - request.started_at > GIVE_UP:
        return await _give_up(session, request)
    await _ask(session, request)
    request.ask_at = now + ASK_AGAIN


async def note_answer(session: AsyncSession, request_id: UUID, service: str, counts: Mapping[str, int]) -> None:
    """Adds up what a service answers in several rounds. The last one ends an export; an erasure still has the log."""
    request = await _locked(session, request_id)
    if request is None:
        return
    answers = await answers_of(session, request)
    answer = answers.get(service)
    if answer is None:
        return
    answer.counts = {
        name: answer.counts.get(name, 0) + counts.get(name, 0) for name in sorted({*answer.counts, *counts})
    }
    if answer.status == AnswerStatus.WAITING:
        answer.status, answer.answered_at = AnswerStatus.COMPLETED.value, current_time()
    open_ = any(each.status == AnswerStatus.WAITING for each in answers.values() if each.service != LOG)
    if request.status != RequestStatus.RUNNING or open_ or request.log_place is not None:
        return
    if request.kind == RequestKind.EXPORT:
        complete(session, request)
    else:
        request.log_place = 0


def complete(session: AsyncSession, request: PrivacyRequest) -> None:
    request.complete()
    _tell_end(session, request)


async def answers_of(session: AsyncSession, request: PrivacyRequest) -> dict[str, PrivacyAnswer]:
    query = select(PrivacyAnswer).where(
        PrivacyAnswer.tenant_id == request.tenant_id, PrivacyAnswer.request_id == request.id
    )
    return {answer.service: answer for answer in await session.scalars(query)}


async def _start(session: AsyncSession, request: PrivacyRequest, now: datetime) -> None:
    person = await find_person(session, request.contact_id)
    request.status, request.started_at = RequestStatus.RUNNING.value, now
    request.contact_ids, request.words = person.ids, person.words
    asked = SERVICES if request.kind == RequestKind.EXPORT else (*SERVICES, LOG)
    session.add_all(PrivacyAnswer(tenant_id=request.tenant_id, request_id=request.id, service=name) for name in asked)


async def _ask(session: AsyncSession, request: PrivacyRequest) -> None:
    """All of them, each time: to erase or to put together once more does no harm."""
    person = await find_person(session, request.contact_id)
    await add_task(session, request.kind, request.id, request.contact_id, person)
    event = ErasureRequested if request.kind == RequestKind.ERASURE else ExportRequested
    stage(session, event(request_id=request.id, contact_id=request.contact_id, contact_ids=request.contact_ids))


async def _give_up(session: AsyncSession, request: PrivacyRequest) -> None:
    for answer in (await answers_of(session, request)).values():
        if answer.status == AnswerStatus.WAITING:
            answer.status = AnswerStatus.FAILED.value
    request.fail()
    _tell_end(session, request)


def _tell_end(session: AsyncSession, request: PrivacyRequest) -> None:
    values = {"kind": request.kind, "status": request.status}
    ended = PrivacyRequestEnded.model_validate({"request_id": request.id, "contact_id": request.contact_id, **values})
    stage(session, ended)


async def _locked(session: AsyncSession, request_id: UUID) -> PrivacyRequest | None:
    tenant_id = session.info["context"].tenant_id
    query = select(PrivacyRequest).where(PrivacyRequest.tenant_id == tenant_id, PrivacyRequest.id == request_id)
    found: PrivacyRequest | None = await session.scalar(query.with_for_update())
    return found
