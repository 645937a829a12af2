"""An organisation as files: YAML, which is the policy itself, and tables (CSV) for a spreadsheet.

Tables: ``units`` (one row a unit, the order of the rows is the order of the file), ``companies``, ``departments``,
``categories``. Which one a file is, its first line tells. What a table does not hold stays as it is. Tables are read as
Excel and WPS write them: with quotes, semicolons or tabs, empty columns at the end, a line ``sep=,`` before them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import yaml
from pydantic import ValidationError

from domain.policy.cadence import Cadence, Weekday
from domain.policy.organisation import Organisation, UnitEntry
from domain.policy.policy_file import Location, PolicyError, PolicyProblem, faults_of_validation, field_of
from domain.text.characters import UNWRITABLE, without_unseen
from domain.text.leaving import is_formula, sheet_cell
from domain.text.seeking import sought
from domain.text.writing import with_plain_line_ends
from domain.words.policy_words import Fault, fault

Table = Literal["units", "companies", "departments", "categories"]

COLUMNS: dict[Table, tuple[str, ...]] = {
    "units": ("id", "name_zh", "name_en", "tier", "parent", "kind", "company", "cadence"),
    "companies": ("id", "name_zh", "name_en", "state_owned"),
    "departments": ("code", "name_zh", "name_en"),
    "categories": ("id", "name_zh", "name_en"),
}

_NTH = {1: "1", 2: "2", 3: "3", 4: "4", 5: "5", -1: "last"}
_WEEKDAYS = "|".join(get_args(Weekday))
_CADENCE = re.compile(
    rf"(?:week|month (?P<nth>[1-5]|last)) (?P<weekday>{_WEEKDAYS}) "
    r"(?P<time>[0-9]{2}:[0-9]{2}) (?P<minutes>[0-9]{1,3})"
)
CADENCE_FORM = "week monday 16:00 60, or month 1 wednesday 15:00 120 (the last one: month last …)"


# ---------------------------------------------------------------- YAML


def as_yaml(organisation: Organisation) -> str:
    """The policy's file. Read again, it is the same organisation."""
    data: dict[str, Any] = {
        "version": organisation.version,
        "name": _name(organisation),
        "tiers": list(organisation.tiers),
        "case_prefix": organisation.case_prefix,
        "companies": [
            {"id": one.id, "name": _name(one), **({"state_owned": True} if one.state_owned else {})}
            for one in organisation.companies
        ],
        "departments": [{"code": one.code, "name": _name(one)} for one in organisation.departments],
        "categories": [{"id": one.id, "name": _name(one)} for one in organisation.categories],
        "root": _entry(organisation.root),
    }
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text


def _name(named: Any) -> dict[str, str]:
    return {"zh": named.name.zh, "en": named.name.en}


def _entry(entry: UnitEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {"id": entry.id, "name": _name(entry)}
    if entry.kind is not None:
        fields["kind"] = entry.kind
    if entry.company is not None:
        fields["company"] = entry.company
    if entry.cadence is not None:
        given = entry.cadence.model_dump(exclude={"holiday", "every"})
        fields["cadence"] = {"every": entry.cadence.every, **given, "time": entry.cadence.time.isoformat("minutes")}
    if entry.units:
        fields["units"] = [_entry(one) for one in entry.units]
    return fields


class _Dumper(yaml.SafeDumper):
    """Block style; what holds no other mapping or list but names stands on one line."""

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        """A name, a company, a cadence: on one line."""
        values = mapping.values() if isinstance(mapping, dict) else ()
        small = (
            not any(isinstance(value, list) for value in values) and "units" not in mapping and "kind" not in mapping
        )
        return super().represent_mapping(tag, mapping, flow_style=small)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        """The tiers on one line, everything else a line each."""
        return super().represent_sequence(tag, sequence, flow_style=all(isinstance(one, str) for one in sequence))

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """A list stands further in than its name."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """The policy's reader takes none."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> Any:
    # What our reader takes for a number, and YAML 1.1 does not: written as text.
    style = '"' if re.fullmatch(r"[-+]?[0-9][0-9.]*", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


# ---------------------------------------------------------------- tables, written


BOM = "\ufeff"
"""By this Excel and WPS know that a file is UTF-8."""


def as_file(organisation: Organisation, table: Table) -> bytes:
    """One of the tables as the file that a spreadsheet opens."""
    return (BOM + as_table(organisation, table)).encode()


def as_table(organisation: Organisation, table: Table) -> str:
    """One of the tables as CSV, its lines ended as RFC 4180 has it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS[table])
    writer.writerows([_cell(value) for value in row] for row in _rows(organisation, table))
    return out.getvalue()


def _rows(organisation: Organisation, table: Table) -> Iterator[Sequence[str]]:
    if table == "units":
        for unit in _units(organisation):
            names = (unit.name.zh, unit.name.en)
            cadence = cadence_text(unit.cadence) if unit.cadence else ""
            yield unit.id, *names, unit.tier, unit.parent or "", unit.kind or "", unit.company or "", cadence
    elif table == "companies":
        for company in organisation.companies:
            yield company.id, company.name.zh, company.name.en, "true" if company.state_owned else "false"
    elif table == "departments":
        yield from ((one.code, one.name.zh, one.name.en) for one in organisation.departments)
    else:
        yield from ((one.id, one.name.zh, one.name.en) for one in organisation.categories)


def _units(organisation: Organisation) -> Iterator[Any]:
    def below(id: str) -> Iterator[Any]:
        yield organisation.unit(id)
        for child in organisation.children(id):
            yield from below(child.id)

    return below(organisation.alliance.id)


def cadence_text(cadence: Cadence) -> str:
    """A cadence in one cell: ``week monday 16:00 60``."""
    every = "week" if cadence.every == "week" else f"month {_NTH[cadence.nth]}"
    time = cadence.time.isoformat("minutes")
    return f"{every} {cadence.weekday} {time} {cadence.minutes}"


def _cell(value: str) -> str:
    """An apostrophe goes before what is a formula to a spreadsheet, and is taken off again."""
    return f"'{value}" if value.startswith("'") else sheet_cell(value)


# ---------------------------------------------------------------- tables, read


@dataclass(slots=True)
class _Read:
    """The rows of a table, each with its line."""

    file: str
    rows: list[tuple[int, dict[str, str]]]


@dataclass(slots=True)
class _Reading:
    """What has been found on the way: mistakes, and the line of each place in the organisation."""

    problems: list[PolicyProblem] = field(default_factory=list)
    lines: dict[Location, tuple[str, int]] = field(default_factory=dict)

    def problem(self, file: str, line: int, column: str, message: Fault) -> None:
        self.problems.append(PolicyProblem(file, line, column, message))


def table_of(text: str) -> Table | None:
    """Which table a text is, by its first line; None for what is none."""
    try:
        columns = set(_Sheet.of(text).columns)
    except csv.Error:
        return None
    own: dict[str, Table] = {"parent": "units", "state_owned": "companies", "code": "departments", "id": "categories"}
    found = next((table for column, table in own.items() if column in columns), None)
    return found if "name_zh" in columns else None


_SEPARATORS = ",;\t"
_SEPARATOR_NAMED = re.compile(rf'"?sep=([{_SEPARATORS}])"?[{_SEPARATORS}]*\n', re.IGNORECASE)


@dataclass(slots=True)
class _Sheet:
    """A table's text as cells. ``columns``: what its first line that is not empty names, but for empty ones at the end;
    ``skipped``: how many lines were taken off before the reader got it."""

    columns: list[str]
    skipped: int
    _lines: Any

    @staticmethod
    def of(text: str) -> _Sheet:
        """Raises csv.Error."""
        text = with_plain_line_ends(text.lstrip(BOM))
        named = _SEPARATOR_NAMED.match(text)
        text = text[named.end() :] if named is not None else text
        first = text.lstrip("\n").partition("\n")[0]
        separator = named[1] if named is not None else max(_SEPARATORS, key=first.count)
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        heads = next((row for row in lines if any(map(str.strip, row))), [])
        columns = [sought(head) for head in heads]
        while columns and not columns[-1]:
            columns.pop()
        return _Sheet(columns, 1 if named is not None else 0, lines)

    @property
    def line(self) -> int:
        """The line of the text that was read last."""
        return self.skipped + int(self._lines.line_num)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """What follows the first line: each row with the line that it begins on. Raises csv.Error."""
        begins = self.line + 1
        for row in self._lines:
            while len(row) > len(self.columns) and not row[-1].strip():
                row.pop()
            yield begins, row
            begins = self.line + 1


def read_tables(files: Mapping[str, str], beside: Organisation, version: str) -> Organisation:
    """The organisation that ``beside`` becomes with these tables (text by file name), as ``version``.

    Raises PolicyError: every mistake at its file, line and column.
    """
    reading = _Reading()
    tables = _tables(files, reading)
    data = beside.model_dump(mode="json")
    data["version"] = version
    for table in ("companies", "departments", "categories"):
        if table in tables:
            data[table] = _list(tables[table], table, reading)
    if "units" in tables:
        data["root"] = _root(tables["units"], beside.tiers, reading)
    if reading.problems:
        raise PolicyError(reading.problems)
    try:
        return Organisation.model_validate(data)
    except ValidationError as error:
        raise PolicyError(_placed(error, reading, next(iter(files), ""))) from None


def _tables(files: Mapping[str, str], reading: _Reading) -> dict[Table, _Read]:
    found: dict[Table, _Read] = {}
    for file, text in files.items():
        table = table_of(text)
        if table is None:
            known = "; ".join(",".join(columns) for columns in COLUMNS.values())
            reading.problem(file, 1, "", fault("no_table", known=known))
        elif table in found:
            reading.problem(file, 1, "", fault("table_twice", table=table, file=found[table].file))
        else:
            found[table] = _Read(file, list(_records(file, text, table, reading)))
    return found


def _records(file: str, text: str, table: Table, reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    sheet = _Sheet.of(text)
    columns = sheet.columns
    for column in sorted({*COLUMNS[table]} ^ {*columns}):
        reading.problem(file, 1, column, fault("column_missing" if column in COLUMNS[table] else "column_unknown"))
    if reading.problems:
        return
    try:
        for line, row in sheet.rows():
            if len(row) > len(columns):
                reading.problem(file, line, "", fault("too_many_cells", cells=len(row), columns=len(columns)))
            elif any(map(str.strip, row)):
                cells = [*row, *[""] * (len(columns) - len(row))]
                named = dict(zip(columns, cells, strict=True))
                for column in [name for name, cell in named.items() if UNWRITABLE.search(cell)]:
                    reading.problem(file, line, column, fault("unprintable_text"))
                yield line, {column: _uncell(without_unseen(cell).strip()) for column, cell in named.items()}
    except csv.Error as error:
        reading.problem(file, sheet.line, "", fault("not_csv", why=error))


def _uncell(value: str) -> str:
    return value[1:] if value.startswith("'") and (value[1:].startswith("'") or is_formula(value[1:])) else value


def _list(read: _Read, table: Table, reading: _Reading) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for line, row in read.rows:
        reading.lines[table, len(items)] = (read.file, line)
        item: dict[str, Any] = {name: row.get(name, "") for name in COLUMNS[table] if not name.startswith("name_")}
        if "state_owned" in item:
            item["state_owned"] = _truth(read.file, line, row.get("state_owned", ""), reading)
        items.append({**item, "name": _names(read.file, line, row, reading)})
    return items


def _truth(file: str, line: int, text: str, reading: _Reading) -> bool:
    known = {"true": True, "false": False, "": False, "1": True, "0": False, "是": True, "否": False}
    if text.lower() not in known:
        reading.problem(file, line, "state_owned", fault("true_or_false", got=text))
    return known.get(text.lower(), False)


def _names(file: str, line: int, row: Mapping[str, str], reading: _Reading) -> dict[str, str]:
    for column in ("name_zh", "name_en"):
        if not row.get(column):
            reading.problem(file, line, column, fault("missing"))
    return {"zh": row.get("name_zh", ""), "en": row.get("name_en", "")}


def _root(read: _Read, tiers: tuple[str, ...], reading: _Reading) -> dict[str, Any]:
    """The tree that the rows of units make; what is no tree is a problem."""
    rows: dict[str, tuple[int, dict[str, str]]] = {}
    for line, row in read.rows:
        if row["id"] in rows:
            reading.problem(read.file, line, "id", fault("line_taken", id=row["id"], line=rows[row["id"]][0]))
        rows.setdefault(row["id"], (line, row))
    below: dict[str, list[str]] = {}
    for id, (line, row) in rows.items():
        if row["parent"] and row["parent"] not in rows:
            reading.problem(read.file, line, "parent", fault("no_unit", unit=row["parent"]))
        below.setdefault(row["parent"], []).append(id)
    tops = below.get("", [])
    if len(tops) != 1:
        named = ", ".join(tops[:_MOST_NAMED]) + (" …" if len(tops) > _MOST_NAMED else "")
        said = fault("many_tops", n=len(tops), units=named) if tops else fault("no_top")
        line = rows[tops[1]][0] if tops else 1
        reading.problem(read.file, line, "parent", said)
        return {}
    tree = _Tree(read.file, rows, below, tiers, reading)
    root = tree.unit(tops[0], ("root",), 0)
    for id in rows.keys() - tree.seen:
        line, row = rows[id]
        if row["parent"] in rows:
            reading.problem(read.file, line, "parent", fault("belongs_to_itself", unit=id, parent=row["parent"]))
    return root


_MOST_NAMED = 10


@dataclass(slots=True)
class _Tree:
    file: str
    rows: Mapping[str, tuple[int, dict[str, str]]]
    below: Mapping[str, list[str]]
    tiers: tuple[str, ...]
    reading: _Reading
    seen: set[str] = field(default_factory=set)

    def unit(self, id: str, location: Location, depth: int) -> dict[str, Any]:
        line, row = self.rows[id]
        self.seen.add(id)
        self.reading.lines[location] = (self.file, line)
        if depth > len(self.tiers):  # the organisation's own rules refuse it, where it first goes too deep
            self._pass_over(id)
            return {"id": id, "name": _names(self.file, line, row, self.reading)}
        tier = self.tiers[depth] if depth < len(self.tiers) else None
        if tier is not None and row["tier"] not in ("", tier):
            self.reading.problem(self.file, line, "tier", fault("tier_by_parent", tier=tier, got=row["tier"]))
        return {
            "id": id,
            "name": _names(self.file, line, row, self.reading),
            "kind": row["kind"] or None,
            "company": row["company"] or None,
            "cadence": self._cadence(line, row["cadence"]),
            "units": [
                self.unit(one, (*location, "units", index), depth + 1)
                for index, one in enumerate(self.below.get(id, ()))
            ],
        }

    def _pass_over(self, id: str) -> None:
        """Whatever is below, however deep, is no unit that belongs to itself."""
        left = [id]
        while left:
            one = left.pop()
            if one not in self.seen or one == id:
                self.seen.add(one)
                left += self.below.get(one, ())

    def _cadence(self, line: int, text: str) -> dict[str, Any] | None:
        found = _CADENCE.fullmatch(text.lower())
        if found is None:
            if text:
                self.reading.problem(self.file, line, "cadence", fault("cadence_form", form=CADENCE_FORM, got=text))
            return None
        cadence: dict[str, Any] = {name: found[name] for name in ("weekday", "time")}
        cadence["minutes"] = int(found["minutes"])
        if found["nth"] is None:
            return {"every": "week", **cadence}
        return {"every": "month", "nth": -1 if found["nth"] == "last" else int(found["nth"]), **cadence}


def _placed(error: ValidationError, reading: _Reading, file: str) -> Iterable[PolicyProblem]:
    """What the organisation's own rules find, at the lines of the rows that it comes from."""
    for location, message in faults_of_validation(error):
        known = next((n for n in range(len(location), 0, -1) if location[:n] in reading.lines), 0)
        where, line = reading.lines.get(location[:known], (file, 1))
        yield PolicyProblem(where, line, field_of(location[known:]), message)
