"""Alerts and the dashboard ask for metrics and labels that the code exports; their runbooks and ports exist."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import shared.messaging.metrics
import shared.observability.metrics
from deploy.local.environment import SERVICES
from deploy.local.options import DEFAULT_PORT

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()

WORD = re.compile(r"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!:)")
TEXTS_AND_RANGES = re.compile(r'"[^"]*"|\[[^\]]*\]')
LANGUAGE = {"by", "on", "unless", "and", "or", "sum", "max", "min", "rate", "increase", "time", "histogram_quantile"}
SCRAPED = {"up": {"job", "instance"}}
ADDED = {"job", "instance"}


def exported() -> dict[str, set[str]]:
    """The labels of each series that a process exports, by name."""
    series: dict[str, set[str]] = dict(SCRAPED)
    for module in (shared.messaging.metrics, shared.observability.metrics):
        for metric in vars(module).values():
            if hasattr(metric, "_labelnames"):
                labels = {*metric._labelnames, *ADDED}
                suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(metric._type, [""])
                series |= {metric._name + suffix: labels | {"le"} for suffix in suffixes}
    return series


def expressions() -> Iterator[Any]:
    for rule in RULES:
        yield pytest.param(rule["expr"], id=rule["alert"])
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield pytest.param(target["expr"], id=f"{panel['title']} {target['refId']}")


@pytest.mark.parametrize("expression", list(expressions()))
def test_an_expression_asks_only_for_what_is_exported(expression: str) -> None:
    series = exported()

    words = set(WORD.findall(TEXTS_AND_RANGES.sub("", expression)))
    asked = {word for word in words if word in series}
    labels = set().union(*(series[name] for name in asked))

    assert asked
    assert words - asked - LANGUAGE <= labels
    assert expression.count("(") == expression.count(")")
    assert expression.count("{") == expression.count("}")


def test_every_metric_of_events_is_on_the_dashboard() -> None:
    shown = json.dumps(DASHBOARD)

    missing = {name for name in exported() if "_sum" not in name and "_count" not in name and name not in shown}

    assert missing == set(SCRAPED)


def test_names_are_those_of_the_registry() -> None:
    names = {sample for family in REGISTRY.collect() for sample in (family.name, f"{family.name}_total")}

    assert all(re.sub("_(bucket|sum|count)$", "", name) in names for name in exported().keys() - SCRAPED.keys())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do(rule: dict[str, Any]) -> None:
    file, _, anchor = rule["annotations"]["runbook"].partition("#")

    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"]
    assert file == "docs/operations.md"
    assert anchor == rule["alert"].lower()
    assert f"\n### {rule['alert']}\n" in OPERATIONS


def test_every_command_of_the_runbook_exists() -> None:
    targets = re.findall(r"^([a-z ]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    commands = set(re.findall(r"make ([a-z]+)", OPERATIONS))

    assert commands
    assert commands <= {name for line in targets for name in line.split()}


def test_the_example_scrapes_every_process_of_an_installation() -> None:
    [job] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]

    targets = job["static_configs"][0]["targets"]

    assert targets == [f"127.0.0.1:{service.port(DEFAULT_PORT)}" for service in SERVICES]
