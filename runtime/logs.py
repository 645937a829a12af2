"""Logs: structlog and the standard library's loggers through one formatter, one line an entry.

JSON in files and containers, coloured text in a terminal. Whatever is bound by `bound(...)` (case, workflow,
command) is on every line written inside it, by us or by a library.
"""

from __future__ import annotations

import logging
import sys
from contextlib import AbstractContextManager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.settings import Settings


def configure(settings: Settings, level: int = logging.INFO) -> None:
    """Set up logging for this process, to standard error. Call it once, first thing."""
    shared = _shared_processors()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(settings, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    _route_libraries()


def bound(**values: str) -> AbstractContextManager[None]:
    """Put `values` (case=, workflow=, command=) on every line logged inside the `with`."""
    return structlog.contextvars.bound_contextvars(**values)


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.UnicodeDecoder(),
    ]


def _formatter(settings: Settings, shared: list[Processor]) -> structlog.stdlib.ProcessorFormatter:
    # What the Temporal SDK's loggers bring along: which workflow or activity speaks.
    extra = structlog.stdlib.ExtraAdder(allow=["temporal_workflow", "temporal_activity"])
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[extra, _flatten_temporal, *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(settings)],
    )


def _rendering(settings: Settings) -> list[Processor]:
    if _as_console(settings):
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]


def _as_console(settings: Settings) -> bool:
    if settings.log_format == "auto":
        return sys.stderr.isatty()
    return settings.log_format == "console"


def _flatten_temporal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """`temporal_workflow: {workflow_id: …}` -> `workflow: …`, the name that our own lines use."""
    for source in ("temporal_workflow", "temporal_activity"):
        details: Any = event.pop(source, None)
        if isinstance(details, dict):
            event.setdefault("workflow", details.get("workflow_id"))
            event.setdefault("attempt", details.get("attempt"))
    return event


def _route_libraries() -> None:
    """Take away handlers that libraries brought along, and the chatter that says nothing."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "temporalio"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
