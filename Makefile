# Needs Python 3.11 or later and make, nothing else. `make kafka` needs Java and Maven besides.
# `make rebuild` takes options="--resume --accept --keep", `make snapshot` options="--after <place>".
# Variables of `make run`: PORT=8000 DATA_DIR=.data PROFILE=single KAFKA=1 NODES=3 KAFKA_BOOTSTRAP_SERVERS=... DATABASE_URL=...

.POSIX:

PYTHON = python3
VENV = .venv
PY = $(VENV)/bin/python
INSTALLED = $(VENV)/.installed
SOURCES = shared services gateway deploy tests clients

help:
	@echo "make run        start everything on this machine: http://127.0.0.1:8000 (PORT=...)"
	@echo "make test       all tests, on a PostgreSQL of their own"
	@echo "make check      style, types, import rules, migrations, generated documents"
	@echo "make kafka      Apache Kafka on this machine, until Ctrl-C: one broker, or NODES=3 (make run KAFKA=1, too)"
	@echo "make consumers  how far each consumer is; make parked: events set aside, by error (docs/operations.md)"
	@echo "make replay service=interactions consumer=known_contacts fingerprint=...   apply them in order; also discard, resume"
	@echo "make audit      known vulnerabilities of our dependencies (asks the network)"
	@echo "make contracts  write the OpenAPI and event documents anew; make clients: the typed clients (needs Node 20)"
	@echo "make contract-nightly   generated requests, 100,000 in all (CASES=...), against a running system"
	@echo "make migration service=contacts m=\"tags\"   a new migration from the models"
	@echo "make slice service=contacts name=tags       the files of a new slice"
	@echo "make rebuild service=analytics consumer=analytics_features   make a projection again, beside the live one"
	@echo "make snapshot service=contacts              publish the present state of every record"
	@echo "make bench      measure (QUICK=1: the main ratios on few contacts; DJANGO_CRM=... PEER=...: another CRM beside ours)"
	@echo "make duplicates-report FILES=\"a.csv [b.csv]\"   how well people in files of Febrl's layout are recognised"
	@echo "make faults     kill, pause and cut off, and see whether anything is lost (TIER=nightly ONLY=F1 SEED=...)"
	@echo "make attacks    try to break in: tenants, tokens, fields, floods (TIER=nightly ONLY=A2 SEED=...)"
	@echo "make lock       choose newer dependencies (needs uv)"
	@echo "make clean      remove caches; make clean-data removes the data of make run"

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Samphan needs Python 3.11 or later: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(INSTALLED)

run: $(INSTALLED)
	@$(PY) -m deploy.local.run

kafka: $(INSTALLED)
	@$(PY) -m deploy.local.kafka

test: $(INSTALLED)
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(INSTALLED)
	$(PY) -m ruff check $(SOURCES)
	$(PY) -m ruff format --check $(SOURCES)
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/deptry .
	$(VENV)/bin/bandit --quiet --configfile pyproject.toml --recursive shared services gateway deploy
	$(PY) -m deploy.checks

# Needs the network: known vulnerabilities of what requirements.lock names.
audit: $(INSTALLED)
	$(PY) -m deploy.audit

contracts: $(INSTALLED)
	$(PY) -m deploy.contracts

clients: $(INSTALLED)
	$(PY) -m deploy.clients

contract-nightly: $(INSTALLED)
	TIER=nightly $(PY) -m pytest -q --timeout 0 tests/api/test_generated_requests.py

migration: $(INSTALLED)
	$(PY) -m deploy.migration "$(service)" "$(m)"

slice: $(INSTALLED)
	$(PY) -m deploy.slice "$(service)" "$(name)"

rebuild: $(INSTALLED)
	@$(PY) -m deploy.local.operating "$(service)" rebuild $(consumer) $(options)

snapshot: $(INSTALLED)
	@$(PY) -m deploy.local.operating "$(service)" snapshot $(options)

bench: $(INSTALLED)
	$(PY) -m tests.bench

consumers parked replay discard resume: $(INSTALLED)
	@$(PY) -m deploy.operate $@ --service="$(service)" --consumer="$(consumer)" --tenant-id="$(tenant_id)" \
	  --fingerprint="$(fingerprint)" --key="$(key)"

duplicates-report: $(INSTALLED)
	@$(PY) -m contacts_service.matching.report $(FILES)

faults: $(INSTALLED)
	$(PY) -m tests.faults

attacks: $(INSTALLED)
	$(PY) -m tests.attacks

lock:
	uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data:
	rm -rf .data

.PHONY: help install run kafka test check audit contracts clients contract-nightly migration slice rebuild snapshot bench duplicates-report faults attacks consumers parked replay discard resume lock clean clean-data
