"""Markdown (CommonMark with GitHub's tables) of an agenda or minutes."""

from __future__ import annotations

from collections.abc import Sequence

from documents.outline import Field, Item, Outline, Section, Table, outline
from documents.words import say
from domain.papers.agenda import Agenda, Minutes
from domain.text.leaving import markdown as escaped
from domain.words.dates import full_day


def markdown(document: Agenda | Minutes, language: str | None = None) -> str:
    """The document in Markdown; ends with one line break. What people wrote is never read as markup."""
    told = outline(document, language)
    blocks = [f"# {escaped(told.title)}", _list((*told.facts, *told.attendance), told.language)]
    for number, section in enumerate(told.sections, start=1):
        blocks += _section(section, number, told)
    blocks.append(f"{escaped(told.signed_by)}  \n{full_day(told.signed_on, told.language)}")
    return "\n\n".join(blocks) + "\n"


def _list(fields: tuple[Field, ...], language: str) -> str:
    colon = say("colon", language)
    return "\n".join(f"- **{escaped(field.label)}**{colon}{escaped(field.values[0])}" for field in fields)


def _section(section: Section, number: int, told: Outline) -> list[str]:
    around = (" (", ")") if told.language.startswith("en") else ("（", "）")
    note = escaped(section.note).join(around) if section.note else ""
    blocks = [f"## {number}\\. {escaped(section.title)}{note}"]
    if section.lines:
        blocks.append("\n".join(f"- {escaped(line)}" for line in section.lines))
    for item in section.items:
        blocks += _item(item, told.language)
    if section.table:
        blocks.append(_table(section.table))
    return blocks


def _item(item: Item, language: str) -> list[str]:
    tags = "".join(f"【{escaped(tag)}】" for tag in item.tags)
    apart = " " if tags else ""
    head = f"### {item.number}\\. {escaped(item.case)} {escaped(item.heading)}{apart}{tags}"
    return [head, "\n".join((f"*{escaped(item.length)}*", "", *_fields(item, language)))]


def _fields(item: Item, language: str) -> list[str]:
    colon, lines = say("colon", language), []
    for field in item.fields:
        label = f"- **{escaped(field.label)}**{colon.rstrip()}"
        if len(field.values) == 1:
            value = escaped(field.values[0])
            lines.append(f"{label}{colon[1:]}{f'**{value}**' if field.strong else value}")
        else:
            lines += [label, *(f"  {place}. {escaped(value)}" for place, value in enumerate(field.values, start=1))]
    return lines


def _table(table: Table) -> str:
    head = _row([escaped(header) for header in table.headers])
    rows = (_row(["<br>".join(escaped(line) for line in cell) for cell in row]) for row in table.rows)
    return "\n".join((head, _row(["---"] * len(table.headers)), *rows))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
