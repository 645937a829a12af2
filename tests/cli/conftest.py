"""A real stack in rehearsal, started as an operator starts it; and the commands, run as an operator runs them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

import cli
from runtime.settings import Settings, load
from stack.ports import free_port
from tests.support.stack import Caller
from tests.support.town import NOW, write_policies

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 90.0  # seconds


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def clean_environment(**variables: str) -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HONGXIU_")}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "PYTHONUTF8": "1", "COLUMNS": "100", **variables}


def hongxiu(*arguments: str, env: Mapping[str, str], stdin: str = "") -> Ran:
    """Runs a command to its end, in this process: what it raises is raised here."""
    strange = dict.fromkeys(name for name in os.environ if name.startswith("HONGXIU_") and name not in env)
    done = CliRunner().invoke(cli.app, arguments, input=stdin, env={**strange, **env})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


def program(*arguments: str, env: Mapping[str, str]) -> Ran:
    """Runs the program itself to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        env=env,
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack."""

    env: Mapping[str, str]

    def __call__(self, *arguments: str, stdin: str = "") -> Ran:
        return hongxiu(*arguments, env=self.env, stdin=stdin)

    @property
    def settings(self) -> Settings:
        return load(self.env)

    @contextmanager
    def calling(self, username: str) -> Iterator[Caller]:
        """Somebody who is signed in at its API."""
        with httpx.Client(base_url=f"{self.settings.public_url}/api/v1", trust_env=False, timeout=PATIENCE) as http:
            answer = http.post("/token", json={"username": username, "password": "nancheng"})
            assert answer.status_code == 200, answer.text
            yield Caller(http, {"authorization": f"Bearer {answer.json()['access_token']}"})


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """``hongxiu up`` in rehearsal, on free ports and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="hongxiu-tests-", ignore_cleanup_errors=True) as folder:
        env = clean_environment(
            HONGXIU_DATA=str(Path(folder) / "data"),
            HONGXIU_REHEARSAL="1",
            HONGXIU_REHEARSAL_FROM=NOW.isoformat(),
            HONGXIU_POLICIES=str(write_policies(Path(folder) / "policies")),
            HONGXIU_LOG_FORMAT="json",
            HONGXIU_API_PORT=str(free_port()),
            HONGXIU_TEMPORAL_PORT=str(free_port()),
            HONGXIU_TEMPORAL_UI_PORT=str(free_port()),
        )
        screen = Path(folder) / "screen.log"
        with screen.open("wb") as out:
            up = subprocess.Popen(
                [sys.executable, "-m", "cli", "up"], env=env, cwd=REPOSITORY, stdout=out, stderr=subprocess.STDOUT
            )
        try:
            _wait_until_up(up, screen)
            yield Stack(env)
        finally:
            up.send_signal(signal.SIGINT)
            assert up.wait(PATIENCE) == 0, screen.read_text("utf-8")


def _wait_until_up(up: subprocess.Popen[bytes], screen: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while "Ctrl-C" not in screen.read_text("utf-8"):
        assert up.poll() is None, screen.read_text("utf-8")
        assert time.monotonic() < deadline, screen.read_text("utf-8")
        time.sleep(0.1)


@pytest.fixture(scope="session")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of someone who has started nothing."""
    return clean_environment(HONGXIU_DATA=str(tmp_path_factory.mktemp("nothing")))
