"""The service's settings: environment variables that begin with CONTACTS_."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`files_dir` holds uploads and error files of imports until they expire.

    `privacy_secret` keys preference links, and the hashes under which opt-outs of addresses are kept: a new one would
    forget them.
    """

    model_config = SettingsConfigDict(env_prefix="CONTACTS_", extra="ignore")

    port: int = 8001
    privacy_secret: Annotated[SecretStr, Field(min_length=32)]
    files_dir: Path = Path(".data/files")
