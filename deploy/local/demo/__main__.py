"""`python -m deploy.local.demo --url URL`: loads the demo once and writes `$DATA_DIR/demo.json`.

Safe to repeat after a kill: the tenant and the users are found again, imports of the same files change nothing.
"""

import argparse
import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.local.demo.api import Api, Refused
from deploy.local.demo.days import interactions
from deploy.local.demo.doubles import add_doubles
from deploy.local.demo.fields import define_fields, give_values
from deploy.local.demo.groups import load_groups
from deploy.local.demo.owned import load_owned
from deploy.local.demo.people import Person, people
from deploy.local.demo.sales import share_customers
from deploy.local.demo.together import bring_together
from deploy.local.demo.wishes import tell_wishes
from deploy.local.private_files import write_private

TENANT = "ร้านตัวอย่าง Samphan Demo"
ADMIN = {"email": "admin@demo.example.com", "password": "samphan-demo-admin", "role": "admin"}
TEAM = (
    {"email": "ploy@demo.example.com", "password": "samphan-demo-sales", "role": "sales", "full_name": "พลอย ขายดี"},
    {
        "email": "james@demo.example.com",
        "password": "samphan-demo-manager",
        "role": "manager",
        "full_name": "James Hill",
    },
)
CDNOW = Path(__file__).with_name("cdnow_master.txt")
BATCH = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="deploy.local.demo")
    parser.add_argument("--url", required=True)
    url = parser.parse_args().url
    tenant = bootstrap()
    users = asyncio.run(load(url, tenant["api_key"]))
    facts = {"api_key": tenant["api_key"], "tenant_id": tenant["tenant_id"], "users": users}
    write_private(Path(os.environ.get("DATA_DIR", ".data")) / "demo.json", json.dumps(facts, ensure_ascii=False))


def bootstrap() -> dict[str, Any]:
    """The tenant, its administrator and the first API key; the same ones every time."""
    command = [sys.executable, "-m", "gateway", "bootstrap", "--tenant", TENANT]
    command += ["--admin-email", ADMIN["email"], "--admin-password", ADMIN["password"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"bootstrap failed: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


async def load(url: str, key: str) -> list[dict[str, str]]:
    async with Api(url, key) as api:
        for user in TEAM:
            await add_user(api, user)
        team = {user["email"]: user["id"] for user in (await api.get("/v1/users?limit=50"))["data"]}
        await define_fields(api)
        await import_contacts(api, contacts_file(customer_ids()))
        await load_groups(api)
        await bring_together(api)
        await load_owned(api)
        await give_values(api)
        await share_customers(api, *(team[user["email"]] for user in TEAM))
        await add_doubles(api)
        await log_interactions(api, [team[user["email"]] for user in TEAM])
        await tell_wishes(api)
        await ask_for_copies(api)
        await api.send("POST", await upload_orders(api))  # goes on by itself, also after a restart
    return [ADMIN, *({key: user[key] for key in ("email", "password", "role")} for user in TEAM)]


async def add_user(api: Api, user: dict[str, str]) -> None:
    body = {key: user[key] for key in ("email", "password", "full_name")} | {"roles": [user["role"]]}
    try:
        await api.send("POST", "/v1/users", body)
    except Refused as error:
        if "email_taken" not in str(error):
            raise


def customer_ids() -> list[str]:
    lines = CDNOW.read_text().splitlines()[1:]
    return sorted({line.split()[0] for line in lines if line.strip()})


def contacts_file(ids: list[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(Person._fields)
    writer.writerows(people(ids))
    return text.getvalue().encode()


async def import_contacts(api: Api, content: bytes) -> dict[str, Any]:
    """All customers of the CDNOW data, under made-up names, known by their `cdnow` id."""
    uploaded = await api.upload("/v1/imports", "customers.csv", content)
    change = {"mapping": {"cdnow_id": "external_ids[cdnow]"}, "match_by": ["external_id"], "match_policy": "update"}
    await api.send("PATCH", f"/v1/imports/{uploaded['id']}", change)
    return await api.run(f"/v1/imports/{uploaded['id']}/run")


async def upload_orders(api: Api) -> str:
    """Returns the path that starts the import of all CDNOW orders."""
    uploaded = await api.upload("/v1/order-imports", CDNOW.name, CDNOW.read_bytes())
    return f"/v1/order-imports/{uploaded['id']}/run"


async def log_interactions(api: Api, team: list[str]) -> None:
    """What the team did with some customers in the last weeks, unless it is there already."""
    if (await api.get("/v1/interactions?limit=1"))["data"]:
        return
    contacts: list[str] = []
    cursor = ""
    while len(contacts) < 1000:
        page = await api.get(f"/v1/contacts?limit=200&fields=id{cursor}")
        contacts += [contact["id"] for contact in page["data"]]
        cursor = f"&cursor={page['next_cursor']}"
    items = [{"op": "create", "data": item} for item in interactions(contacts, team)]
    for start in range(0, len(items), BATCH):
        await api.send("POST", "/v1/interactions/batch", {"items": items[start : start + BATCH]})


async def ask_for_copies(api: Api) -> None:
    """Two customers want to know what is held about them, unless they have asked already."""
    if (await api.get("/v1/privacy-requests?limit=1"))["data"]:
        return
    contacts = (await api.get("/v1/contacts?limit=2&fields=id"))["data"]
    for contact, reason in zip(contacts, ("ขอสำเนาข้อมูลทางโทรศัพท์", "Asked for a copy by e-mail"), strict=True):
        await api.send(
            "POST", "/v1/privacy-requests", {"kind": "export", "contact_id": contact["id"], "reason": reason}
        )


if __name__ == "__main__":
    main()
