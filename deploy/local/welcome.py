"""What a run tells its user: on the terminal, and for programs in `run.json`."""

import json
from pathlib import Path
from typing import Any

from deploy.local.private_files import write_private

ADMIN_KEY_UNKNOWN = "<your API key>"


def read_demo(data_dir: Path) -> dict[str, Any]:
    """What the demo left: `api_key`, `tenant_id`, `users` (each with `email`, `password`, `role`). Or nothing."""
    file = data_dir / "demo.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def write_run(data_dir: Path, *, url: str, pids: dict[str, int]) -> None:
    demo = read_demo(data_dir)
    facts = {name: demo.get(name) for name in ("api_key", "tenant_id", "users")}
    write_private(data_dir / "run.json", json.dumps({"url": url, **facts, "pids": pids}, indent=2))


def forget_run(data_dir: Path) -> None:
    (data_dir / "run.json").unlink(missing_ok=True)


def greeting(url: str, demo: dict[str, Any], data_dir: Path) -> str:
    key = demo.get("api_key", ADMIN_KEY_UNKNOWN)
    return "\n".join(
        [
            "",
            f"  Samphan is ready   {url}",
            f"  API pages          {url}/docs",
            f"  Admin API key      {key}",
            *[f"  Sign in as         {user['email']} / {user['password']}" for user in _a_seller(demo)],
            f"  Logs               {data_dir / 'logs'}",
            "",
            *_curl_lines(url, key),
            "",
            "  The demo's orders of 1997 and 1998 may still be arriving: /v1/analytics/trends?from=1997-01&to=1998-06",
            "  Ctrl-C stops everything; the data stays.",
            "",
        ]
    )


def _a_seller(demo: dict[str, Any]) -> list[dict[str, str]]:
    users = [user for user in demo.get("users", []) if "password" in user]
    return [user for user in users if "sales" in str(user.get("role"))][:1] or users[:1]


def _curl_lines(url: str, key: str) -> list[str]:
    auth = f"-H 'Authorization: Bearer {key}'"
    new = """-H 'Content-Type: application/json' -d '{"full_name": "สมชาย ใจดี"}'"""
    return [
        f"  curl {auth} '{url}/v1/contacts?limit=3'",
        f"  curl {auth} {new} {url}/v1/contacts",
        f"  curl {auth} -G --data-urlencode 'q=สมชาย' {url}/v1/contacts",
    ]
