"""What companies tell the other services."""

from datetime import datetime
from typing import Self
from uuid import UUID

from contacts_service.companies.models import Company
from shared.messaging.event import Event


class CompanyState(Event):
    """The whole of what others may keep of a company."""

    company_id: UUID
    version: int
    name: str
    tax_id: str | None
    industry: str | None
    customer_class: str | None
    parent_id: UUID | None
    owner_id: UUID | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    changed_fields: list[str]

    @classmethod
    def of(cls, company: Company, changed_fields: list[str]) -> Self:
        copied = {name: getattr(company, name) for name in cls.model_fields if hasattr(Company, name)}
        return cls(company_id=company.id, changed_fields=changed_fields, **copied)


class CompanyCreated(CompanyState, type="contacts.company.created.v1", key="company_id"):
    """A company now exists."""


class CompanyUpdated(CompanyState, type="contacts.company.updated.v1", key="company_id"):
    """A company changed; `changed_fields` names how."""


class CompanyRestored(CompanyState, type="contacts.company.restored.v1", key="company_id"):
    """A deleted company is back."""


class CompanyDeleted(Event, type="contacts.company.deleted.v1", key="company_id"):
    """A company was deleted; it may be restored."""

    company_id: UUID
    version: int
    deleted_at: datetime


class CompanySnapshot(CompanyState, type="contacts.company.snapshot.v1", key="company_id"):
    """The state of a company, told again: nothing happened. Readers keep the newest version."""


class CompanyTombstone(CompanyDeleted, type="contacts.company.tombstone.v1", key="company_id"):
    """That a company is deleted, told again: nothing happened. Readers keep the newest version."""


def tell_company(company: Company) -> CompanySnapshot | CompanyTombstone:
    if company.deleted_at is None:
        return CompanySnapshot.of(company, [])
    return CompanyTombstone(
        company_id=company.id,
        version=company.version,
        deleted_at=company.deleted_at,
    )
