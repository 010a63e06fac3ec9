"""`python -m deploy.audit [--if-reachable]`: known vulnerabilities of every dependency in requirements.lock.

Ends with 1 if there is one, and with 2 if the vulnerability service cannot be asked or knows nothing of what we use: an
audit of nothing is not a clean one. With `--if-reachable` that is said aloud, and is no failure.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
TIMEOUT_S = 300
LEAST_SHARE = 0.9  # of the dependencies must be known to the service


def main() -> int:
    dependencies = audited()
    known = [each for each in dependencies if "vulns" in each]
    if not dependencies or len(known) < LEAST_SHARE * len(dependencies):
        print(f"NOT AUDITED: the vulnerability service answered for {len(known)} of {len(dependencies)} dependencies.")
        return 0 if "--if-reachable" in sys.argv else 2
    found = [f"{each['name']} {each['version']}: {vuln['id']}" for each in known for vuln in each["vulns"]]
    print(*found, f"{len(known)} dependencies audited, {len(found)} known vulnerabilities.", sep="\n")
    return 1 if found else 0


def audited() -> list[dict[str, Any]]:
    """Those that the service could be asked of have `vulns`, the others `skip_reason`; none if it did not answer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip",
               "--format", "json", "--progress-spinner", "off"]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return []
    return found


if __name__ == "__main__":
    sys.exit(main())
