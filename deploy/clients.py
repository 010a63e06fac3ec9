"""`python -m deploy.clients`: the typed clients under clients/, from docs/openapi.json. Needs Node 20 and npm.

The TypeScript types are kept in the repository; the Python client's generated part is too large for that, and is not.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "openapi.json"
TYPESCRIPT = ROOT / "clients" / "typescript"
PYTHON = ROOT / "clients" / "python"


def main() -> int:
    generate_python()
    npm("ci", "--no-audit", "--no-fund")
    npm("run", "--silent", "generate")
    npm("run", "--silent", "lock")
    return 0


def generate_python() -> None:
    """Anew; what the generator only warns about fails."""
    generator = Path(sys.executable).with_name("openapi-python-client")
    output = PYTHON / "samphan_client" / "generated"
    options: list[str | Path] = ["--config", PYTHON / "generator.yml", "--output-path", output]
    flags = ["--meta", "none", "--overwrite", "--fail-on-warning"]
    path = os.pathsep.join([str(generator.parent), os.environ.get("PATH", "")])  # it looks for ruff there
    subprocess.run(
        [generator, "generate", "--path", DOCUMENT, *options, *flags], env={**os.environ, "PATH": path}, check=True
    )


def npm(*arguments: str, **variables: str) -> None:
    subprocess.run(["npm", *arguments], cwd=TYPESCRIPT, env={**os.environ, **variables}, check=True)


if __name__ == "__main__":
    sys.exit(main())
