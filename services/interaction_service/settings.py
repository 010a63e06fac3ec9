"""The service's settings: environment variables that begin with INTERACTIONS_."""

from pathlib import Path

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`files_dir` holds uploads and error files of imports until they expire."""

    model_config = SettingsConfigDict(env_prefix="INTERACTIONS_", extra="ignore")

    port: int = 8002
    files_dir: Path = Path(".data/files")
