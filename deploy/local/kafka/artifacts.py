"""Kafka's jars, fetched by Maven, and how Java is called with them."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from deploy.local.processes import StartFailed

SOURCES = Path(__file__).parents[2] / "kafka"
LIBRARIES = Path(__file__).parents[3] / ".data" / "kafka"
JAVA_OPTIONS = ("-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class KafkaUnavailable(StartFailed):
    """Kafka cannot be installed or started here."""


def install() -> Path:
    """The folder of jars, fetched by Maven once for each list of artifacts. Raises KafkaUnavailable."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise KafkaUnavailable(f"Kafka needs Java 17 or later and Maven: '{program}' is not installed.")
    pom = SOURCES / "pom.xml"
    libraries = LIBRARIES / f"lib-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if not libraries.exists():
        _copy_dependencies(pom, libraries)
    return libraries


def java(libraries: Path, *arguments: str) -> list[str]:
    """The command of one of Kafka's programs."""
    logging = f"-Dlog4j2.configurationFile={SOURCES / 'log4j2.properties'}"
    return ["java", *JAVA_OPTIONS, logging, "-cp", f"{libraries}/*", *arguments]


def _copy_dependencies(pom: Path, libraries: Path) -> None:
    unfinished = libraries.with_suffix(f".{os.getpid()}")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"]
    done = subprocess.run(["mvn", "-B", "-q", "-f", str(pom), *goal], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KafkaUnavailable(f"Maven could not fetch Kafka:\n{done.stdout}{done.stderr}")
    if libraries.exists():
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(libraries)
