"""The parts of one run: how each is started, and kept running until all are stopped."""

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from time import monotonic, sleep

from deploy.local import kafka, postgres
from deploy.local.databases import prepare
from deploy.local.environment import SERVICES, environment
from deploy.local.keys import keep_keys
from deploy.local.options import Options
from deploy.local.processes import StartFailed, last_lines
from deploy.local.readiness import NotReady, wait_until_ready
from deploy.local.supervision import Kept, Program, say, start_program, stop_together
from deploy.local.welcome import forget_run, greeting, read_demo, write_run

DEMO = "deploy.local.demo"
SINGLE = "deploy.local.single"


class Installation:
    """Everything it starts is stopped by `stack`: services first, PostgreSQL last."""

    def __init__(self, options: Options, stack: ExitStack) -> None:
        self._options = options
        self._stack = stack
        self._logs = options.data_dir / "logs"
        self._kept: list[Kept] = []
        self._programs: list[Kept] = []
        self._pids: dict[str, int] = {}
        self._env: Mapping[str, str] = {}

    def start(self) -> None:
        """Raises StartFailed."""
        begun = monotonic()
        self._make_room_for_logs()
        self._env = self._settings()
        self._run_to_end("migrate", "deploy.local.migrate")
        self._start_services()
        self._wait()
        self._load_demo()
        self._note_pids()
        print(greeting(self._url, read_demo(self._options.data_dir), self._options.data_dir), flush=True)
        say(f"ready after {monotonic() - begun:.1f} s")

    def supervise(self) -> None:
        """Until a signal raises."""
        while True:
            self._tend()
            sleep(0.2)

    @property
    def _url(self) -> str:
        return SERVICES[0].url(self._options.port)

    def _settings(self) -> dict[str, str]:
        keys = keep_keys(self._options.data_dir)
        given = self._options.database_url
        admin_url = given or self._start_postgres().superuser_url()
        databases = prepare(admin_url, secret=keys.database_secret if given else None)
        servers = self._start_kafka() if self._options.with_kafka else self._options.kafka_bootstrap_servers
        settings = environment(
            databases,
            keys,
            port=self._options.port,
            kafka_bootstrap_servers=servers,
            kafka_replication=min(self._options.kafka_nodes, 3),
        )
        data_dir = self._options.data_dir
        return {
            **os.environ,
            **settings,
            "DATA_DIR": str(data_dir),
            "CONTACTS_FILES_DIR": str(data_dir / "files"),
        }

    def _make_room_for_logs(self) -> None:
        """The logs of this run and of the last one are kept."""
        self._logs.mkdir(exist_ok=True)
        for log in self._logs.glob("*.log"):
            log.rename(log.with_suffix(".log.1"))

    def _start_postgres(self) -> postgres.Server:
        start = partial(postgres.start, self._options.data_dir / "pg", self._options.postgres_port)
        server = start()
        self._keep(Kept("postgres", server, start))
        return server

    def _start_kafka(self) -> str:
        say("starting Kafka")
        options = self._options
        cluster = kafka.start_cluster(options.data_dir / "kafka", options.kafka_port, options.kafka_nodes)
        self._stack.callback(cluster.stop)
        for node in cluster.nodes:
            self._kept.append(Kept(f"kafka-{node.id}", cluster.brokers[node.id], partial(cluster.launch, node)))
        return cluster.bootstrap_servers

    def _keep(self, one: Kept) -> None:
        self._kept.append(one)
        self._stack.callback(lambda: one.running.stop())

    def _start_services(self) -> None:
        self._stack.callback(lambda: stop_together(one.running for one in self._programs))
        for name, module in self._modules().items():
            start = partial(self._program, name, module)
            self._programs.append(Kept(name, start(), start))
        self._kept += self._programs

    def _modules(self) -> dict[str, str]:
        return {"single": SINGLE} if self._options.single else {s.name: s.package for s in SERVICES}

    def _program(self, name: str, module: str, *arguments: str) -> Program:
        return start_program([sys.executable, "-m", module, *arguments], env=self._env, log=self._logs / f"{name}.log")

    def _run_to_end(self, name: str, module: str, *arguments: str) -> None:
        program = self._program(name, module, *arguments)
        while program.is_running():
            self._tend()
            sleep(0.05)
        if program.process.returncode != 0:
            raise StartFailed(f"{name} failed:\n{last_lines(self._logs / f'{name}.log')}")

    def _wait(self) -> None:
        ports = {service.name: service.port(self._options.port) for service in SERVICES}
        if self._options.single:
            ports = {"single": self._options.port}
        try:
            wait_until_ready(ports, self._kept, self._tend)
        except NotReady as error:
            tails = [f"--- {name}.log\n{last_lines(self._logs / f'{name}.log')}" for name in error.names]
            raise StartFailed("\n".join([str(error), *tails])) from error

    def _load_demo(self) -> None:
        if (self._options.data_dir / "demo.json").exists():
            return
        say("loading the demo (once)")
        try:
            self._run_to_end("demo", DEMO, "--url", self._url)
        except StartFailed as error:
            say(str(error))

    def _tend(self) -> None:
        for one in self._kept:
            one.tend()
        if self._pids and self._pids != self._current_pids():
            self._note_pids()

    def _current_pids(self) -> dict[str, int]:
        return {"run": os.getpid(), **{one.name: one.running.pid for one in self._kept}}

    def _note_pids(self) -> None:
        """From now on `run.json` tells programs that we are ready, until we end."""
        if not self._pids:
            self._stack.callback(forget_run, self._options.data_dir)
        self._pids = self._current_pids()
        write_run(self._options.data_dir, url=self._url, pids=self._pids)
