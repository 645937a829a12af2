"""Tables as files: CSV that spreadsheets read in Chinese.

No cell is ever a formula, and none has what a spreadsheet cannot hold (``domain.text.leaving``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from starlette.responses import Response

from domain.text.leaving import sheet_cell

BOM = "\ufeff"

Cell = str | int | float | None


def sheet(rows: Iterable[Sequence[Cell]], name: str, named: str) -> Response:
    """A table to keep; ``name`` in ASCII and ``named`` are what its file is called, without the ending."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_plain(cell) for cell in row] for row in rows)
    kept = f"attachment; filename=\"{name}.csv\"; filename*=UTF-8''{quote(named)}.csv"
    headers = {"content-disposition": kept, "cache-control": "no-store"}
    return Response(BOM + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    return sheet_cell(cell) if isinstance(cell, str) else cell
