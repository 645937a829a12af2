"""What can be checked of the container deployment and the packaging without a container engine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from runtime import program
from runtime.settings import VARIABLES
from stack.ports import free_port
from stack.postgres import Postgres
from store.migrate import upgrade

_REPOSITORY = Path(__file__).parents[2]
_LOCKS = ["requirements.lock", "requirements-dev.lock"]


def _text(name: str) -> str:
    return (_REPOSITORY / name).read_text("utf-8")


def _services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(_text("docker-compose.yml"))["services"]
    return services


def _names(requirements: str) -> set[str]:
    found = re.findall(r"^([a-zA-Z0-9-]+)", requirements, re.MULTILINE)
    return {name.lower() for name in found}


def test_every_setting_that_the_containers_get_is_one_that_is_read() -> None:
    ours = [service for service in _services().values() if "build" in service]
    given = {name for service in ours for name in service["environment"]}
    in_image = set(re.findall(r"\b(HONGXIU_[A-Z_]+)=", _text("Dockerfile")))
    assert len(ours) == 3
    assert given | in_image <= VARIABLES


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", _text("docker-compose.yml")))
    wanted |= set(re.findall(r"environment: ([A-Z_]+)", _text("docker-compose.yml")))
    example = set(re.findall(r"^([A-Z_]+)=", _text(".env.example"), re.MULTILINE))
    assert wanted == example


def test_every_image_has_a_version() -> None:
    images = {service["image"] for service in _services().values()}
    assert [image for image in images if not re.fullmatch(r"[a-z/-]+:\d+(\.\d+)+", image)] == []


def test_the_workers_build_is_the_image_s_version_and_the_program_s() -> None:
    for service in (service for service in _services().values() if "build" in service):
        build = service["environment"]["HONGXIU_WORKER_BUILD"]
        assert service["image"].partition(":")[2] == build == program.version()


def test_every_mounted_path_is_in_the_repository() -> None:
    mounted = {volume for service in _services().values() for volume in service.get("volumes", [])}
    sources = [volume.split(":")[0] for volume in mounted if volume.startswith("./")]
    assert sources
    assert [source for source in sources if not (_REPOSITORY / source).exists()] == []


def test_every_service_that_is_waited_for_exists_and_can_say_that_it_is_ready() -> None:
    services = _services()
    for service in services.values():
        for name, wish in service.get("depends_on", {}).items():
            assert ("healthcheck" in services[name]) == (wish["condition"] == "service_healthy")


@pytest.mark.parametrize("script", ["deploy/temporal/schema.sh", "deploy/temporal/namespace.sh", ".ci/run"])
def test_every_script_parses(script: str) -> None:
    assert subprocess.run(["bash", "-n", str(_REPOSITORY / script)], check=False).returncode == 0


@pytest.mark.parametrize("lock", _LOCKS)
def test_a_lock_names_no_index_and_every_package_has_hashes(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", _text(lock), flags=re.MULTILINE))
    packages = [block for block in blocks if "==" in block]
    assert not re.search(r"^\s*(-i|-f|--index|--extra|--find)|https?://|file:", _text(lock), re.MULTILINE)
    assert len(packages) > 30
    assert [block for block in packages if "--hash=sha256:" not in block] == []


def test_the_lock_has_every_dependency_of_the_project() -> None:
    project = tomllib.loads(_text("pyproject.toml"))["project"]
    declared = _names("\n".join(project["dependencies"]))
    assert declared == _names(_text("requirements/run.in")) - {"setuptools", "wheel"}
    assert declared <= _names(_text("requirements.lock"))


def test_the_dev_lock_has_the_same_versions_as_the_lock() -> None:
    run, dev = (set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", _text(lock), re.MULTILINE)) for lock in _LOCKS)
    assert run <= dev


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Postgres]:
    """A server as the compose file's would be after its first start."""
    server = Postgres(tmp_path / "data", free_port())
    server.start()
    env = {"HONGXIU_OWNER_PASSWORD": "own3r", "TEMPORAL_DB_PASSWORD": "t3mporal"}
    script = str(_REPOSITORY / "deploy/postgres/roles.sql")
    subprocess.run([server.bin / "psql", "-q", "-f", script, server.owner_dsn()], env=env, check=True)
    yield server
    server.stop()


@pytest.mark.long
def test_the_migrations_need_no_superuser(deployed: Postgres) -> None:
    at = f"127.0.0.1:{deployed.port}/hongxiu"
    for _ in range(2):
        upgrade(f"postgresql://hongxiu_owner:own3r@{at}", app_password="4pp")
    with psycopg.connect(f"postgresql://hongxiu_app:4pp@{at}") as connection:
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (0,)


@pytest.mark.long
def test_temporal_owns_its_databases_and_does_not_see_ours(deployed: Postgres) -> None:
    at = f"postgresql://temporal:t3mporal@127.0.0.1:{deployed.port}"
    for database in ("temporal", "temporal_visibility"):
        with psycopg.connect(f"{at}/{database}") as connection:
            connection.execute("CREATE TABLE schema_version (version text)")
    with psycopg.connect(f"{at}/hongxiu") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE intruder (nothing text)")
