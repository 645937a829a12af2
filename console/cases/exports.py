"""The case list as a file: CSV that Excel reads in Chinese, and XLSX. Titles are all that residents have in it.

No cell is ever a formula, and none has what a spreadsheet cannot hold (``domain.text.leaving``).
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from starlette.responses import Response, StreamingResponse

from api.cases.routes import teller
from api.cases.schemas import CaseItem
from api.edge.strict import StrictRoute
from api.process import services_of
from api.views import Teller
from console.cases.case_list import MOST_EXPORTED
from console.cases.filters import Filter
from console.frame.pages import OnPage
from console.frame.sheets import BOM
from console.words import say
from domain.policy.calendar import shanghai
from domain.text.leaving import carried, is_formula, sheet_cell
from domain.words.names import Names
from store.cases import CaseQuery, CaseRow

router = APIRouter(route_class=StrictRoute, include_in_schema=False)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS = (
    "number",
    "title",
    "tier",
    "stage",
    "community",
    "estate",
    "category",
    "channel",
    "severity",
    "opened_at",
    "waits_for",
    "until",
    "then",
    "answer_due",
    "answer_missed",
    "overdue",
    "supervised",
    "carried_over",
    "lead",
    "closed_as",
    "closed_at",
)
_WIDTHS = {
    "title": 40,
    "waits_for": 40,
    "then": 26,
    "number": 18,
    "opened_at": 17,
    "until": 17,
    "answer_due": 17,
    "closed_at": 17,
}

Cell = str | int | datetime | None


@router.get("/cases/export.csv")
async def as_csv(request: Request, viewer: OnPage) -> Response:
    """The cases that fit, as they come from the store."""
    tells, query = await _asked(request, viewer)
    rows = services_of(request).cases.every(query, MOST_EXPORTED)
    return StreamingResponse(_lines(rows, tells), 200, _headers(request, "csv"), "text/csv; charset=utf-8")


@router.get("/cases/export.xlsx")
async def as_xlsx(request: Request, viewer: OnPage) -> Response:
    """The same as a workbook, written apart from the requests that are served meanwhile."""
    tells, query = await _asked(request, viewer)
    found = [row async for some in services_of(request).cases.every(query, MOST_EXPORTED) for row in some]
    content = await asyncio.to_thread(_workbook, found, tells)
    return Response(content, 200, _headers(request, "xlsx"), _XLSX)


async def _asked(request: Request, viewer: OnPage) -> tuple[Teller, CaseQuery]:
    """What is exported; that it is, is noted down first."""
    tells = await teller(request)
    chosen = Filter.read(request.query_params, tells.language).model_copy(update={"cursor": ""})
    await services_of(request).accesses.note(request, "exported", actor=viewer.actor)
    return tells, chosen.query(tells.rules, viewer.actor)


def _headers(request: Request, kind: str) -> dict[str, str]:
    day = shanghai(services_of(request).clock.now()).date().isoformat()
    named = f"attachment; filename=\"cases-{day}.{kind}\"; filename*=UTF-8''{quote(f'诉求件-{day}.{kind}')}"
    return {"content-disposition": named, "cache-control": "no-store"}


async def _lines(rows: AsyncIterator[tuple[CaseRow, ...]], tells: Teller) -> AsyncIterator[str]:
    yield BOM + _written([_heads(tells.language)])
    async for some in rows:
        yield _written([[_plain(cell) for cell in _cells(row, tells)] for row in some])


def _written(lines: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _plain(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, str):
        return sheet_cell(cell)
    return cell.isoformat(" ", "minutes") if isinstance(cell, datetime) else "" if cell is None else str(cell)


def _workbook(rows: Sequence[CaseRow], tells: Teller) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(say("nav.cases", tells.language))
    for place, column in enumerate(_COLUMNS):
        sheet.column_dimensions[chr(ord("A") + place)].width = _WIDTHS.get(column, 12)
    sheet.freeze_panes = "B2"
    heads = [WriteOnlyCell(sheet, head) for head in _heads(tells.language)]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in _cells(row, tells)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(sheet: Any, cell: Cell) -> object:
    """Text that looks like a formula is said to be text, also to whoever edits it there."""
    if not isinstance(cell, str):
        return cell
    text = carried(cell)
    if not is_formula(text):
        return text
    typed = WriteOnlyCell(sheet, text)
    typed.data_type = "s"
    typed.quotePrefix = True
    return typed


def _heads(language: str) -> list[str]:
    return [say(f"export.{column}", language) for column in _COLUMNS]


def _cells(row: CaseRow, tells: Teller) -> list[Cell]:
    """A case's cells, in the order of the columns; instants on Shanghai's clock."""
    names, item, language = Names(tells.rules, tells.language), tells.item(row), tells.language
    return [
        row.number,
        row.title or say("cases.erased", language),
        names.tier(row.tier),
        item.stage_name,
        names.unit(row.community),
        names.unit(row.estate),
        names.category(row.category),
        names.channel(row.channel),
        names.severity(row.severity),
        _local(row.opened_at),
        *_waits(item),
        _local(row.answer_due),
        _yes(row.answer_missed, language),
        _yes(row.overdue, language),
        _yes(row.supervised, language),
        row.carried_over,
        names.unit(row.lead),
        names.closing(row.closed_as),
        _local(row.closed_at),
    ]


def _waits(item: CaseItem) -> tuple[Cell, Cell, Cell]:
    wait = item.wait
    return (wait.reason, _local(wait.until), wait.on_expiry) if wait is not None else ("", None, "")


def _local(at: datetime | None) -> datetime | None:
    """On Shanghai's clock, to the second, without a zone: spreadsheets have none."""
    return shanghai(at).replace(tzinfo=None, microsecond=0) if at is not None else None


def _yes(whether: bool, language: str) -> str:
    return say("export.yes", language) if whether else ""
