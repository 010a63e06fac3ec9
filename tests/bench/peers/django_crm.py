"""Django-CRM (BottleCRM) beside our services on the same PostgreSQL, from an environment that has it: see README.md.

As its operators run it: no debug mode, pooled connections, row-level security with a role that it binds; one process
of eight threads. Its tasks for workers are left in memory.
"""

import json
import secrets
import subprocess
from dataclasses import replace
from typing import Any

import asyncpg

from deploy.local.ports import free_port
from deploy.local.processes import StartFailed
from tests.bench.ground import Ground
from tests.bench.people import person

DATABASE = ROLE = "django_crm"
THREADS = 8
SETUP = """
import json, os, sys
os.chdir(sys.argv[1])
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from common.models import Org, PersonalAccessToken, Profile, User
user = User.objects.create_superuser(email="bench@example.com", password="bench")
org = Org.objects.create(name="Bench", created_by=user)
profile = Profile.objects.create(user=user, org=org, role="ADMIN", is_active=True)
token, _ = PersonalAccessToken.generate(profile, "bench")
from importlib.metadata import version
print(json.dumps({"org": str(org.id), "token": token, "version": version("django-crm"), "django": version("django")}))
"""
FILL = """
insert into contacts (id, created_at, updated_at, first_name, last_name, email, phone, phone_e164, do_not_call, state,
  source, source_detail, source_ref, is_active, is_sample, auto_created, org_id, custom_fields)
select gen_random_uuid(), now() - number * interval '1 second', now(), names[1 + number % cardinality(names)],
  families[1 + number % cardinality(families)], 'person.' || number || '@example.com', '+668' || number, '', false,
  'กรุงเทพมหานคร', '', '', '', true, false, false, $1, '{}'
from generate_series(1, $2) as number, (select $3::text[] as names, $4::text[] as families) as given
"""
NAMES_LIKE = 997


async def start(ground: Ground, python: str, contacts: int) -> dict[str, Any]:
    """What README.md says of a peer's file, of one that runs now with so many contacts. Raises StartFailed."""
    password = secrets.token_urlsafe(24)
    admin = await asyncpg.connect(_url(ground, "postgres"))
    await admin.execute(f"create role {ROLE} login password '{password}'")
    await admin.execute(f"create database {DATABASE}")
    await admin.close()
    made = _set_up(ground, python)
    ids = await _fill(ground, made["org"], contacts)
    return {
        "name": f"Django-CRM {made['version']} (Django {made['django']})",
        "port": _serve(ground, python, password),
        "headers": {"Authorization": f"Bearer {made['token']}"},
        "requests": _requests(ids),
    }


def _set_up(ground: Ground, python: str) -> dict[str, str]:
    env = _env(ground, "postgres", ground.server.password)
    done = subprocess.run(
        [python, "-c", SETUP, str(ground.folder)], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise StartFailed(f"Django-CRM could not be set up:\n{done.stderr[-2000:]}")
    made: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return made


async def _fill(ground: Ground, org: str, contacts: int) -> list[str]:
    """Ids of some of the contacts."""
    names, families = zip(*(person(number, "")["full_name"].split() for number in range(NAMES_LIKE)), strict=True)
    admin = await asyncpg.connect(_url(ground, DATABASE))
    await admin.execute(f"grant select, insert, update, delete on all tables in schema public to {ROLE}")
    await admin.execute(f"grant usage on all sequences in schema public to {ROLE}")
    await admin.execute(FILL, org, contacts, names, families)
    await admin.execute("vacuum analyze")
    rows = await admin.fetch("select id from contacts order by id limit 500")
    await admin.close()
    return [str(row["id"]) for row in rows]


def _serve(ground: Ground, python: str, password: str) -> int:
    port = free_port()
    peer = replace(ground, env=_env(ground, ROLE, password), python=python)
    options = {
        "--chdir": ground.folder,
        "--control-socket": ground.folder / "gunicorn.ctl",
        "--bind": f"127.0.0.1:{port}",
        "--workers": 1,
        "--threads": THREADS,
    }
    arguments = [f"{name}={value}" for name, value in options.items()]
    peer.start("django_crm", "gunicorn", port, "crm.wsgi", *arguments, ready=False)
    return port


def _requests(ids: list[str]) -> list[dict[str, Any]]:
    body = {"first_name": "สมชาย", "last_name": "ศรีสุขสกุล", "email": "somchai.@@@example.com"}
    return [
        {"name": "get_one", "method": "GET", "paths": [f"/api/contacts/{each}/" for each in ids]},
        {"name": "list_50", "method": "GET", "paths": ["/api/contacts/?limit=50"]},
        {"name": "post_one", "method": "POST", "paths": ["/api/contacts/"], "bodies": [json.dumps(body)]},
    ]


def _env(ground: Ground, role: str, password: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "False",
        "DBNAME": DATABASE,
        "DBUSER": role,
        "DBPASSWORD": password,
        "DBHOST": "127.0.0.1",
        "DBPORT": str(ground.server.port),
        "DB_POOL_ENABLED": "True",
        "DB_POOL_MAX_SIZE": str(THREADS),
        "CELERY_BROKER_URL": "memory://",
        "CELERY_RESULT_BACKEND": "disabled://",
    }


def _url(ground: Ground, database: str) -> str:
    return ground.server.superuser_url(database).replace("+asyncpg", "")
