"""lifecycle, tags and lists"""

import unicodedata
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.migrations import record_table_v1, tenant_table_v1
from shared.db.record import Xid8

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

LIVE = "deleted_at is null"
CHUNK = 5_000
NEXT = sa.text("""
select tenant_id, id, tags from contacts
where deleted_at is null and tags <> '{}' and (tenant_id, id) > (:tenant_id, :id)
order by tenant_id, id limit :chunk
""")
ADD_KEYS = sa.text("""
insert into contact_keys (tenant_id, kind, value, contact_id)
select tenant_id, 'tag', value, contact_id
from unnest(cast(:tenants as uuid[]), cast(:values as text[]), cast(:owners as uuid[])) as new
  (tenant_id, value, contact_id)
on conflict do nothing
""")
REGISTER = sa.text("""
insert into tags (tenant_id, id, version, created_at, updated_at, name, key)
select tenant_id, new_event_id(), 1, now(), now(), name, key
from unnest(cast(:tenants as uuid[]), cast(:names as text[]), cast(:values as text[])) as new (tenant_id, name, key)
on conflict do nothing
""")


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True, precision=3)
    op.create_table(
        "tags",
        *_record(),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.Column("label_th", sa.String(length=100), nullable=True),
        sa.Column("label_en", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("tags_pkey")),
    )
    op.create_index("tags_key_idx", "tags", ["tenant_id", "key"], unique=True, postgresql_where=sa.text(LIVE))
    op.create_index("tags_name_idx", "tags", ["tenant_id", "name", "id"], postgresql_where=sa.text(LIVE))
    op.create_table(
        "lists",
        *_record(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=True),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("shared_with", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("lists_pkey")),
    )
    personal = sa.text("is_personal and deleted_at is null")
    op.create_index("lists_personal_idx", "lists", ["tenant_id", "owner_id"], unique=True, postgresql_where=personal)
    op.create_index("lists_name_idx", "lists", ["tenant_id", "name", "id"], postgresql_where=sa.text(LIVE))
    op.create_table(
        "list_members",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "list_id", "contact_id", name=op.f("list_members_pkey")),
    )
    op.create_index("list_members_contact_idx", "list_members", ["tenant_id", "contact_id"])
    _create_lifecycle(instant)
    for table in ("tags", "lists"):
        record_table_v1(op, table)
    for table in ("list_members", "lifecycle_configs", "lifecycle_moves", "contact_orders"):
        tenant_table_v1(op, table)
    if not op.get_context().as_sql:
        _remember_tags()


def _record() -> list[sa.Column[Any]]:
    instant = postgresql.TIMESTAMP(timezone=True, precision=3)
    return [
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("deleted_at", instant, nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sync_xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
    ]


def _create_lifecycle(instant: sa.types.TypeEngine[Any]) -> None:
    op.create_table(
        "lifecycle_configs",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", instant, nullable=False),
        sa.Column("stages", postgresql.JSONB(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("lifecycle_configs_pkey")),
    )
    op.create_table(
        "lifecycle_moves",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("new_event_id()"), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage", sa.String(length=50), nullable=True),
        sa.Column("to_stage", sa.String(length=50), nullable=True),
        sa.Column("moved_at", instant, nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("lifecycle_moves_pkey")),
    )
    op.create_index("lifecycle_moves_contact_idx", "lifecycle_moves", ["tenant_id", "contact_id", "moved_at", "id"])
    op.create_table(
        "contact_orders",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "order_id", name=op.f("contact_orders_pkey")),
    )
    op.create_index(
        "contact_orders_contact_idx", "contact_orders", ["tenant_id", "contact_id"], postgresql_where=sa.text("counts")
    )
    op.create_index(
        "contacts_lifecycle_stage_idx",
        "contacts",
        ["tenant_id", "lifecycle_stage"],
        postgresql_where=sa.text("lifecycle_stage is not null and deleted_at is null"),
    )


def _remember_tags() -> None:
    """Who has which tag, for the contacts that there are. Sees all tenants for as long as this transaction."""
    seen = ("contacts", "contact_keys", "tags")
    for table in seen:
        op.execute(f"create policy filling on {table} to current_user using (true) with check (true)")
    bind = op.get_bind()
    last = {"tenant_id": UUID(int=0), "id": UUID(int=0)}
    while rows := bind.execute(NEXT, {**last, "chunk": CHUNK}).all():
        keyed = [(row.tenant_id, tag, _key(tag), row.id) for row in rows for tag in row.tags]
        tenants, names, values, owners = (list(column) for column in zip(*keyed, strict=True))
        bind.execute(ADD_KEYS, {"tenants": tenants, "values": values, "owners": owners})
        bind.execute(REGISTER, {"tenants": tenants, "names": names, "values": values})
        last = {"tenant_id": rows[-1].tenant_id, "id": rows[-1].id}
    for table in seen:
        op.execute(f"drop policy filling on {table}")


def _key(tag: str) -> str:
    return unicodedata.normalize("NFC", " ".join(tag.casefold().split()))


def downgrade() -> None:
    op.execute("delete from contact_keys where kind = 'tag'")
    op.drop_index("contacts_lifecycle_stage_idx", "contacts")
    for table in ("contact_orders", "lifecycle_moves", "lifecycle_configs", "list_members", "lists", "tags"):
        op.drop_table(table)
