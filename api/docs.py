"""The interface's documentation as one page, made from its OpenAPI document; nothing is loaded from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --red: #b3261e; }
body { font: 15px/1.55 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 0 auto; max-width: 62rem;
  padding: 1rem 1.5rem 4rem; }
h1 { border-bottom: 3px solid var(--red); padding-bottom: .4rem; } h2 { margin-top: 2.5rem; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .5rem .8rem; }
summary { cursor: pointer; } code, pre { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { overflow-x: auto; border-left: 3px solid var(--line); padding-left: .8rem; }
b.method { color: var(--red); display: inline-block; min-width: 3.2rem; } small { opacity: .75; }
table { border-collapse: collapse; }
td { border-top: 1px solid var(--line); padding: .2rem .8rem .2rem 0; vertical-align: top; }
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: its own style sheet, and nothing else."""


def page(document: dict[str, Any]) -> str:
    """The whole page."""
    info = document["info"]
    parts = [
        f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>",
        f"<p>{escape(info.get('description', ''))}</p>",
        '<p>OpenAPI: <a href="/openapi.json">/openapi.json</a></p>',
    ]
    for tag, operations in _by_tag(document).items():
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts.extend(_operation(path, method, one) for path, method, one in operations)
    parts.append("<h2>Schemas</h2>")
    parts.extend(_schema(name, one) for name, one in sorted(document["components"]["schemas"].items()))
    head = f"<title>{escape(info['title'])}</title><style>{_STYLE}</style>"
    meta = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f'<!doctype html><html lang="en"><head>{meta}{head}</head><body>{"".join(parts)}</body></html>'


def _by_tag(document: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault((operation.get("tags") or ["other"])[0], []).append((path, method, operation))
    return found


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [_parameter(one) for one in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    shown = "".join(
        f"<p><small>{title}</small></p>{_json(value)}"
        for title, value in (("body", body.get("schema")), ("examples", body.get("examples")))
        if value
    )
    answers = ", ".join(
        f"<code>{code}</code> {escape(one['description'])}" for code, one in operation["responses"].items()
    )
    return (
        f'<details><summary><b class="method">{method.upper()}</b> <code>{escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"<table>{''.join(rows)}</table>{shown}<p><small>{answers}</small></p></details>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    name = f"<code>{escape(parameter['name'])}</code>"
    return f"<tr><td>{name}<td>{parameter['in']}<td>{escape(parameter.get('description', ''))}"


def _schema(name: str, schema: dict[str, Any]) -> str:
    described = escape(schema.get("description", ""))
    return (
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        f"<p>{described}</p>{_json(schema)}</details>"
    )


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=1))}</pre>"
