"""`python -m deploy.slice contacts tags`: the files of a new slice, as the project writes them."""

import re
import subprocess
import sys
from pathlib import Path
from string import Template

from deploy.local.environment import GATEWAY, SERVICES

TEMPLATES = Path(__file__).parent / "slice_templates"
SERVICES_FOLDER = Path(__file__).parents[1] / "services"
PACKAGES = {service.name: service.package for service in SERVICES if service.name != GATEWAY}
USAGE = f"usage: make slice service=<{'|'.join(PACKAGES)}> name=<plural, such as tags>"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in PACKAGES or not re.fullmatch(r"[a-z][a-z_]*s", arguments[1]):
        print(USAGE, file=sys.stderr)
        return 2
    service, name = arguments
    folder = SERVICES_FOLDER / PACKAGES[service] / name
    if folder.exists():
        print(f"{folder} exists already", file=sys.stderr)
        return 1
    write_slice(folder, service, name)
    print(next_steps(service, name))
    return 0


def write_slice(folder: Path, service: str, name: str) -> None:
    words = placeholders(service, name)
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    for template in sorted(TEMPLATES.glob("*.template")):
        (folder / template.stem).write_text(Template(template.read_text()).substitute(words))
    formatting = [sys.executable, "-m", "ruff", "format", "--quiet", str(folder)]
    subprocess.run(formatting, check=True)


def placeholders(service: str, name: str) -> dict[str, str]:
    singular = singular_of(name)
    return {
        "service": service,
        "package": PACKAGES[service],
        "name": name,
        "singular": singular,
        "Model": "".join(word.capitalize() for word in singular.split("_")),
        "title": name.replace("_", " "),
        "Title": name.replace("_", " ").capitalize(),
        "path": name.replace("_", "-"),
    }


def singular_of(name: str) -> str:
    for plural, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if name.endswith(plural):
            return name.removesuffix(plural) + singular
    return name


def next_steps(service: str, name: str) -> str:
    package = PACKAGES[service]
    return "\n".join(
        [
            f"services/{package}/{name} is written. Now:",
            f"  services/{package}/app.py                  add its router to ROUTERS",
            f"  services/{package}/migrations/__init__.py  add its models to MODELS",
            f'  make migration service={service} m="{name}"   and call record_table_v1(op, "{name}") in it',
            f"  gateway/routes.py                          allow /v1/{name.replace('_', '-')}",
            "  make contracts                             write the documents anew",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
