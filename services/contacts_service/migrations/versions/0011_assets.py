"""assets"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Xid8

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RECORDS = ("assets", "warranties", "entitlements", "service_policies", "service_centres")
OTHERS = (
    "asset_ownerships", "asset_usages", "usage_readings", "entitlement_uses", "performed_services",
    "service_policy_spreads", "service_dues", "service_centre_holidays",
)  # fmt: skip
SEEN_BY_JOBS = ("warranties", "service_dues", "service_policy_spreads")
INSTANT = postgresql.TIMESTAMP(timezone=True, precision=3)
JSON = postgresql.JSONB(astext_type=sa.Text())


def _record_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("deleted_at", INSTANT, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
    ]


def _index(name: str, table: str, *columns: str, where: str | None = None, unique: bool = False) -> None:
    condition = None if where is None else sa.text(where)
    op.create_index(name, table, list(columns), unique=unique, postgresql_where=condition)


def upgrade() -> None:
    op.create_table(
        "asset_ownerships",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("asset_ownerships_pkey")),
    )
    _index("asset_ownerships_asset_idx", "asset_ownerships", "tenant_id", "asset_id", "since", "id")
    _index(
        "asset_ownerships_contact_idx", "asset_ownerships", "tenant_id", "contact_id", where="contact_id is not null"
    )
    _index("asset_ownerships_open_idx", "asset_ownerships", "tenant_id", "asset_id", where="until is null", unique=True)
    op.create_table(
        "asset_usages",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("per_day", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "asset_id", "unit", name=op.f("asset_usages_pkey")),
    )
    op.create_table(
        "assets",
        *_record_columns(),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("kind_key", sa.String(length=200), nullable=False),
        sa.Column("brand", sa.String(length=100), nullable=True),
        sa.Column("brand_key", sa.String(length=200), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=True),
        sa.Column("model_key", sa.String(length=200), nullable=False),
        sa.Column("serial", sa.String(length=100), nullable=True),
        sa.Column("serial_key", sa.String(length=200), nullable=True),
        sa.Column("purchased_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=500), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("service_policy_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("external_ids", JSON, nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("assets_pkey")),
    )
    _index("assets_company_idx", "assets", "tenant_id", "company_id", "id", where="company_id is not null")
    _index("assets_contact_idx", "assets", "tenant_id", "contact_id", "id", where="contact_id is not null")
    _index("assets_created_at_idx", "assets", "tenant_id", "created_at", "id", where="deleted_at is null")
    _index(
        "assets_serial_idx",
        "assets",
        "tenant_id",
        "brand_key",
        "serial_key",
        where="deleted_at is null and serial_key is not null",
        unique=True,
    )
    _index("assets_sync_idx", "assets", "tenant_id", "sync_xid", "id")
    op.create_table(
        "entitlement_uses",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entitlement_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("entitlement_uses_pkey")),
    )
    _index("entitlement_uses_entitlement_idx", "entitlement_uses", "tenant_id", "entitlement_id", "used_at", "id")
    _index(
        "entitlement_uses_reference_idx",
        "entitlement_uses",
        "tenant_id",
        "entitlement_id",
        "reference",
        where="reference is not null",
        unique=True,
    )
    op.create_table(
        "entitlements",
        *_record_columns(),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("warranty_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("uses_total", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("entitlements_pkey")),
    )
    _index(
        "entitlements_asset_idx",
        "entitlements",
        "tenant_id",
        "asset_id",
        "created_at",
        "id",
        where="deleted_at is null",
    )
    _index("entitlements_warranty_idx", "entitlements", "tenant_id", "warranty_id", where="warranty_id is not null")
    op.create_table(
        "performed_services",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("service_key", sa.String(length=200), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("usage_total", sa.Float(), nullable=True),
        sa.Column("usage_unit", sa.String(length=10), nullable=True),
        sa.Column("centre_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("performed_services_pkey")),
    )
    _index(
        "performed_services_asset_idx",
        "performed_services",
        "tenant_id",
        "asset_id",
        "service_key",
        "performed_on",
        "id",
    )
    _index("performed_services_list_idx", "performed_services", "tenant_id", "asset_id", "performed_on", "id")
    op.create_table(
        "service_centre_holidays",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "on_day", name=op.f("service_centre_holidays_pkey")),
    )
    op.create_table(
        "service_centres",
        *_record_columns(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("latitude_row", sa.SmallInteger(), nullable=True),
        sa.Column("address", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("opening_hours", JSON, nullable=False),
        sa.Column("special_days", JSON, nullable=False),
        sa.Column("open_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("capabilities", postgresql.ARRAY(sa.String(length=50)), nullable=False),
        sa.Column("capacity_per_day", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("service_centres_pkey")),
    )
    _index(
        "service_centres_created_at_idx", "service_centres", "tenant_id", "created_at", "id", where="deleted_at is null"
    )
    _index("service_centres_position_idx", "service_centres", "tenant_id", "latitude_row", "longitude")
    op.create_table(
        "service_dues",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("service_key", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("last_service_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reached_by", sa.String(length=10), nullable=True),
        sa.Column("base_on", sa.Date(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("due_by_time_on", sa.Date(), nullable=True),
        sa.Column("base_usage", sa.Float(), nullable=True),
        sa.Column("every_usage", sa.Float(), nullable=True),
        sa.Column("due_usage", sa.Float(), nullable=True),
        sa.Column("usage_unit", sa.String(length=10), nullable=True),
        sa.Column("usage_total", sa.Float(), nullable=True),
        sa.Column("usage_read_on", sa.Date(), nullable=True),
        sa.Column("usage_per_day", sa.Float(), nullable=True),
        sa.Column("rate_source", sa.String(length=10), nullable=True),
        sa.Column("due_by_usage_on", sa.Date(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.Column("snoozed_until", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("service_dues_pkey")),
    )
    _index("service_dues_asset_idx", "service_dues", "tenant_id", "asset_id", "service_key", unique=True)
    _index("service_dues_due_on_idx", "service_dues", "tenant_id", "due_on", "id", where="due_on is not null")
    _index("service_dues_policy_idx", "service_dues", "tenant_id", "policy_id")
    _index("service_dues_reminders_idx", "service_dues", "remind_at", where="remind_at is not null")
    op.create_table(
        "service_policies",
        *_record_columns(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("service_key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=True),
        sa.Column("kind_key", sa.String(length=200), nullable=True),
        sa.Column("brand", sa.String(length=100), nullable=True),
        sa.Column("brand_key", sa.String(length=200), nullable=True),
        sa.Column("model", sa.String(length=100), nullable=True),
        sa.Column("model_key", sa.String(length=200), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("first_months", sa.Integer(), nullable=True),
        sa.Column("every_usage", sa.Float(), nullable=True),
        sa.Column("first_usage", sa.Float(), nullable=True),
        sa.Column("usage_unit", sa.String(length=10), nullable=True),
        sa.Column("assumed_usage_per_month", sa.Float(), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("remind_time", sa.Time(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("service_policies_pkey")),
    )
    _index(
        "service_policies_created_at_idx",
        "service_policies",
        "tenant_id",
        "created_at",
        "id",
        where="deleted_at is null",
    )
    op.create_table(
        "service_policy_spreads",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "policy_id", name=op.f("service_policy_spreads_pkey")),
    )
    op.create_table(
        "usage_readings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("meter", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("source", sa.String(length=100), nullable=True),
        sa.Column("is_void", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("usage_readings_pkey")),
    )
    _index(
        "usage_readings_asset_idx",
        "usage_readings",
        "tenant_id",
        "asset_id",
        "unit",
        "read_at",
        where="not is_void",
        unique=True,
    )
    _index("usage_readings_list_idx", "usage_readings", "tenant_id", "asset_id", "read_at", "id")
    op.create_table(
        "warranties",
        *_record_columns(),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("card_number", sa.String(length=100), nullable=False),
        sa.Column("card_key", sa.String(length=200), nullable=False),
        sa.Column("registration", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("usage_limit", sa.Float(), nullable=True),
        sa.Column("usage_unit", sa.String(length=10), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("warranties_pkey")),
    )
    _index("warranties_asset_idx", "warranties", "tenant_id", "asset_id", "id")
    _index("warranties_card_idx", "warranties", "tenant_id", "card_key", where="deleted_at is null", unique=True)
    _index("warranties_contact_idx", "warranties", "tenant_id", "contact_id", where="contact_id is not null")
    _index("warranties_created_at_idx", "warranties", "tenant_id", "created_at", "id", where="deleted_at is null")
    _index("warranties_ends_on_idx", "warranties", "tenant_id", "ends_on", "id", where="deleted_at is null")
    _index("warranties_reminders_idx", "warranties", "remind_at", where="remind_at is not null")
    for table in RECORDS:
        record_table_v1(op, table, system=table in SEEN_BY_JOBS)
    for table in OTHERS:
        tenant_table_v1(op, table, system=table in SEEN_BY_JOBS)


def downgrade() -> None:
    for table in (*RECORDS, *OTHERS):
        op.drop_table(table)
