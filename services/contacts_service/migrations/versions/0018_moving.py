"""moving"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# A merge says itself what becomes of employments (`merging.service.one_at_a_time`).
EMPLOYER_CHANGED = """
create trigger contacts_employer_changed after update of company_id on contacts for each row
  when (old.company_id is distinct from new.company_id{unless}) execute function follow_company_id()
"""
UNLESS = " and current_setting('contacts.merging', true) is distinct from 'on'"
# What was decided stays as it was written; whose it is follows the person.
MOVABLE = "contact_id, counts_from"


def upgrade() -> None:
    op.add_column("consent_decisions", sa.Column("counts_from", sa.BigInteger(), nullable=True))
    op.execute(f"grant update ({MOVABLE}) on consent_decisions to samphan_app")
    op.execute("grant usage on sequence consent_decisions_seq_seq to samphan_app")
    op.add_column("subscriptions", sa.Column("is_overruled", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("drop trigger contacts_employer_changed on contacts")
    op.execute(EMPLOYER_CHANGED.format(unless=UNLESS))


def downgrade() -> None:
    op.execute("drop trigger contacts_employer_changed on contacts")
    op.execute(EMPLOYER_CHANGED.format(unless=""))
    op.execute("update subscriptions set is_subscribed = true where is_overruled")
    op.drop_column("subscriptions", "is_overruled")
    op.execute("revoke usage on sequence consent_decisions_seq_seq from samphan_app")
    op.execute(f"revoke update ({MOVABLE}) on consent_decisions from samphan_app")
    op.drop_column("consent_decisions", "counts_from")
