"""``python -m server``: serves the interface until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from api.process import Services
from runtime import ending, logs
from runtime.settings import SettingsError, load
from server.app import create_app
from store.registry import REGISTRY, Registry

log = structlog.get_logger()

_BACKLOG = 512
_DRAIN_SECONDS = 5
_KEEP_ALIVE_SECONDS = 75
"""Longer than proxies and clients keep an idle connection (60 s at most, usually): who closes it first must be they,
or the request that they send on it in that moment is lost."""


class Server(uvicorn.Server):
    """Ends the streams first, then drains the other requests."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM, SIGINT."""
        super().handle_exit(sig, frame)
        services: Services | None = getattr(self._app.state, "services", None)
        if services is not None:
            services.stop_soon()


def main(registry: Registry = REGISTRY) -> None:
    """Serves the kinds of ``registry``. Ends the process, with 0 when told to stop, with 1 when its settings are not
    complete."""
    ending.run(lambda: _serve(registry))


def _serve(registry: Registry) -> None:
    try:
        settings = load()
        logs.configure(settings)
        app = create_app(settings, registry)
    except SettingsError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    # The server restores these handlers when it has stopped and gives them the signal: told to stop is no failure.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    log.info("api serves", host=settings.api_host, port=settings.api_port, rehearsal=settings.rehearsal)
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        proxy_headers=True,
        forwarded_allow_ips=settings.proxies,
    )
    Server(config, app).run()
    log.info("api stopped")


if __name__ == "__main__":
    main()
