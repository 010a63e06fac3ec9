from campaign_service.migrations import METADATA
from shared.db.migrations import run_env

run_env(METADATA)
