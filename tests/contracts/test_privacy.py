"""Every table of every database is accounted for: it holds persons and is erased, or somebody said why it need not be.

A table with a column `contact_id` is found by itself. Any other table of a tenant's needs a rule, or a reason, in the
`privacy/holdings.py` of its service.
"""

from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, Text, Uuid

import gateway.migrations
from analytics_service.privacy.holdings import HOLDINGS as ANALYTICS
from campaign_service.privacy.holdings import HOLDINGS as CAMPAIGNS
from contacts_service.migrations import METADATA as CONTACTS_TABLES
from contacts_service.privacy.holdings import holdings as contacts
from contacts_service.suppressions.models import Digests
from interaction_service.privacy.holdings import holdings as interactions
from shared.messaging.tables import messaging_metadata
from shared.privacy import Holdings

NOWHERE = Path("nowhere")
SERVICES = {
    "contacts": contacts(CONTACTS_TABLES, NOWHERE, Digests(b"k" * 32)),
    "interactions": interactions(NOWHERE),
    "campaigns": CAMPAIGNS,
    "analytics": ANALYTICS,
}
GATEWAY = {"tenants", "users", "api_keys", "sign_ins", "idempotency_keys", *messaging_metadata.tables}
"""Businesses and those who work there; no table of the gateway knows contacts."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_is_erased_or_has_a_reason_not_to_be(service: str) -> None:
    assert SERVICES[service].uncovered() == []


def test_the_gateway_keeps_nothing_about_contacts() -> None:
    tables = {table.name for metadata in gateway.migrations.METADATA for table in metadata.sorted_tables}

    assert tables == GATEWAY


def key() -> list[Column[object]]:
    return [Column("tenant_id", Uuid, primary_key=True), Column("id", Uuid, primary_key=True)]


def planted(*tables: Table) -> Holdings:
    return Holdings([tables[0].metadata], root="contacts")


def test_a_table_that_nobody_accounts_for_is_named() -> None:
    metadata = MetaData()

    held = planted(Table("diaries", metadata, *key(), Column("text", Text)))

    assert held.uncovered() == ["diaries"]


def test_rows_go_before_the_rows_that_they_need() -> None:
    metadata = MetaData()
    Table("contacts", metadata, *key())
    assets = Table("assets", metadata, *key(), Column("contact_id", Uuid))
    readings = Table("readings", metadata, *key(), Column("asset_id", Uuid, nullable=False))
    assets.append_constraint(ForeignKeyConstraint(["tenant_id", "contact_id"], ["contacts.tenant_id", "contacts.id"]))
    readings.append_constraint(ForeignKeyConstraint(["tenant_id", "asset_id"], ["assets.tenant_id", "assets.id"]))

    held = planted(assets)

    assert held.uncovered() == []
    ours = [rule for rule in held.rules if rule.table in metadata.tables]
    assert [rule.table for rule in ours] == ["readings", "assets", "contacts"]
    assert "asset_id in (select id from assets" in ours[0].where


def test_a_reference_that_may_be_missing_is_cleared_and_the_row_stays() -> None:
    metadata = MetaData()

    held = planted(Table("branches", metadata, *key(), Column("manager_contact_id", Uuid, nullable=True)))

    [rule] = [rule for rule in held.rules if rule.table == "branches"]
    assert rule.change == "manager_contact_id = null"
