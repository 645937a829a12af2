"""Settings, from environment variables HONGXIU_*, or from the stack that runs on the data folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

PREFIX = "HONGXIU_"
STACK_FILE = "stack.json"
_REPOSITORY = Path(__file__).resolve().parent.parent

Port = int


class SettingsError(Exception):
    """A setting is missing or can't be used; the message names the variable."""


class Settings(BaseModel):
    """Every setting; the field `api_port` is the variable HONGXIU_API_PORT, and so on.

    Fields that can be None have a method or property that gives the value to use.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Path(".hongxiu")
    """PostgreSQL's and Temporal's files, uploads, keys, logs."""
    api_host: str = "127.0.0.1"
    """The address that the API listens on."""
    api_port: Port = Field(8000, ge=1, le=65535)
    temporal_port: Port = Field(7233, ge=1, le=65535)
    temporal_ui_port: Port = Field(8233, ge=1, le=65535)
    temporal_ui_writes: bool = False
    """Whether the embedded Temporal's pages can signal, end and reset processes; else they are for reading."""
    rehearsal: bool = False
    """Time can be skipped, /dev/* exists, and every page says so."""
    rehearsal_from: AwareDatetime | None = None
    """The instant at which a rehearsal's clock starts, on a folder whose clock is not past it; none: real time."""
    workers: int = Field(1, ge=0, le=64)
    """Worker processes that the embedded stack starts; 0 where they are run by hand."""
    worker_deployment: str = Field("hongxiu", pattern=r"^[A-Za-z0-9_-]{1,60}$")
    """The name under which Temporal keeps the workers' versions apart from other programs'."""
    worker_build: str = Field("", pattern=r"^[0-9A-Za-z.+_-]{0,60}$")
    """The version that a worker serves as, such as 0.1.0; empty: none. The embedded stack takes the program's."""
    embedded: bool = False
    """Whether this process belongs to the embedded stack: the sample accounts exist."""
    database_url: str | None = None
    """DSN of the application's role."""
    database_owner_url: str | None = None
    """DSN of the role that runs migrations, rebuilds and erasures."""
    temporal_address: str = ""
    """host:port of Temporal; empty in the input means 127.0.0.1 and `temporal_port`."""
    temporal_namespace: str = "default"
    temporal_ui_url: str = ""
    """Where links to Temporal's pages go; empty in the input means 127.0.0.1 and `temporal_ui_port`."""
    public_url: str = ""
    """Where links to our own pages go; empty in the input means 127.0.0.1 and `api_port`."""
    secret_file: Path | None = None
    """Holds the secret that signs tokens, in hexadecimal; default `keys/secret` in `data`."""
    master_key_file: Path | None = None
    """Holds the key that wraps residents' keys, 32 bytes in hexadecimal; default `keys/master` in `data`."""
    policies: Path = _REPOSITORY / "policies" / "nancheng"
    """The folder with ladder, organisation and calendars."""
    proxies: str = "127.0.0.1"
    """The addresses of the proxies in front of the API, with commas between: what they say about where a request comes
    from, and that it came over https, is believed."""
    oidc_issuer: str | None = None
    """The provider's address, where people sign in by OpenID Connect; none: by password alone."""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    """Holds the secret that the provider has given us; none for a client without one."""
    oidc_claim: str = "preferred_username"
    """The claim of the ID token that names the account."""
    oidc_scope: str = "openid profile"
    log_format: Literal["auto", "json", "console"] = "auto"

    def database(self) -> str:
        """`database_url`. Raises SettingsError when there is none."""
        return _given(self.database_url, "DATABASE_URL")

    def owner_database(self) -> str:
        """`database_owner_url`. Raises SettingsError when there is none."""
        return _given(self.database_owner_url, "DATABASE_OWNER_URL")

    def oidc_client_secret(self) -> str | None:
        """The provider's secret for us, if there is one. Raises SettingsError."""
        if self.oidc_client_secret_file is None:
            return None
        try:
            return self.oidc_client_secret_file.read_text("utf-8").strip()
        except (OSError, ValueError):
            raise SettingsError(
                f"{PREFIX}OIDC_CLIENT_SECRET_FILE: {self.oidc_client_secret_file} can't be read."
            ) from None

    @property
    def secret_path(self) -> Path:
        """The file with the signing secret."""
        return self.secret_file or self.data / "keys" / "secret"

    @property
    def master_key_path(self) -> Path:
        """The file with the master key."""
        return self.master_key_file or self.data / "keys" / "master"

    def secret(self) -> bytes:
        """The secret that signs tokens (at least 32 bytes). Raises SettingsError."""
        return _key(self.secret_path, "SECRET_FILE")

    def master_key(self) -> bytes:
        """The 32-byte key that wraps residents' keys. Raises SettingsError."""
        key = _key(self.master_key_path, "MASTER_KEY_FILE")
        if len(key) != 32:
            raise SettingsError(f"{PREFIX}MASTER_KEY_FILE: {self.master_key_path} must hold 64 hex digits.")
        return key

    def environment(self) -> dict[str, str]:
        """The variables that give another process these settings."""
        values = {name: getattr(self, name) for name in Settings.model_fields}
        return {variable(name): _as_text(value) for name, value in values.items() if value is not None}


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


VARIABLES = frozenset(variable(field) for field in Settings.model_fields)


def load(environ: Mapping[str, str] | None = None, *, attach: bool = True) -> Settings:
    """Read the settings.

    What the environment leaves out comes from the stack that runs on the data folder (its stack.json), so
    that an operator's command needs no settings; `attach=False` leaves that out. Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    given = {name: environ[variable(name)] for name in Settings.model_fields if environ.get(variable(name))}
    data = Path(given.get("data", ".hongxiu")).absolute()
    running = _running_stack(data) if attach else {}
    values = {**running, **given, "data": data}
    return _completed(_validated(values))


def _validated(values: Mapping[str, object]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        lines = [f"{variable(str(problem['loc'][0]))}: {problem['msg']}" for problem in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _completed(settings: Settings) -> Settings:
    """Fill in the addresses that follow from ports, and make paths absolute."""
    local = "127.0.0.1"
    updates = {
        "temporal_address": settings.temporal_address or f"{local}:{settings.temporal_port}",
        "temporal_ui_url": settings.temporal_ui_url or f"http://{local}:{settings.temporal_ui_port}",
        "public_url": settings.public_url.rstrip("/") or f"http://{local}:{settings.api_port}",
        "policies": settings.policies.absolute(),
    }
    return settings.model_copy(update=updates)


def _running_stack(data: Path) -> dict[str, object]:
    """The settings of the stack that runs on `data`; empty when none does."""
    try:
        described = json.loads((data / STACK_FILE).read_text("utf-8"))
        environment = dict(described["environment"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    known = Settings.model_fields
    return {name: environment[variable(name)] for name in known if variable(name) in environment}


def _given(value: str | None, name: str) -> str:
    if value is None:
        raise SettingsError(f"No database is known: start the stack (hongxiu up) or set {PREFIX}{name}.")
    return value


def _key(file: Path, name: str) -> bytes:
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except OSError as error:
        raise SettingsError(f"{PREFIX}{name}: {file} can't be read ({error.strerror}).") from None
    except ValueError:
        raise SettingsError(f"{PREFIX}{name}: {file} must hold hexadecimal digits.") from None
    if len(key) < 32:
        raise SettingsError(f"{PREFIX}{name}: {file} must hold at least 64 hex digits.")
    return key


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
