"""Small programs that stand in the worker's and the API's place while the supervisor is tested."""

from __future__ import annotations

import http.server
import os
import signal
import sys
from pathlib import Path
from types import FrameType


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def _leave(_number: int, _frame: FrameType | None) -> None:
    Path(os.environ["HONGXIU_DATA"], f"drained-{os.getpid()}").touch()
    sys.exit(0)


def _api() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["HONGXIU_API_PORT"])), _Ready) as server:
        server.serve_forever()


def _worker() -> None:
    while True:
        signal.pause()


def _broken() -> None:
    sys.exit("[config] this API does not start")


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    {"api": _api, "worker": _worker, "broken": _broken}[sys.argv[1]]()
