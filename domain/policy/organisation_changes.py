"""What differs between two organisations, unit by unit and field by field; and how a difference is applied.

Pure values: the difference of two organisations, applied to the first, gives the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.policy.organisation import Organisation, UnitEntry
from domain.words.bilingual import Name

What = Literal["organisation", "company", "department", "category", "unit"]
How = Literal["added", "removed", "changed"]
Key = tuple[What, str]
Fields = dict[str, Any]
ListKey = tuple[What, str]
"""A list whose order counts: the companies, the departments, the categories, or the units below one."""

_WHOLE: Key = ("organisation", "")
_HEAD = ("version", "name_zh", "name_en", "tiers", "case_prefix")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after. ``None``: it has none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that was added, removed or changed; ``name`` is what it is called, or was."""

    what: What
    id: str
    how: How
    name: Name
    fields: tuple[FieldChange, ...]

    def field(self, name: str) -> FieldChange | None:
        """The change of one field, if it changes."""
        return next((one for one in self.fields if one.field == name), None)


@dataclass(frozen=True, slots=True)
class Changes:
    """A difference. ``orders``: the lists that stand in another order than applying the entries alone would give."""

    entries: tuple[Change, ...] = ()
    orders: Mapping[ListKey, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries or self.orders)

    def of(self, what: What, how: How | None = None) -> tuple[Change, ...]:
        """Those of one kind, in order."""
        return tuple(one for one in self.entries if one.what == what and how in (None, one.how))

    def counted(self, how: How) -> int:
        """How many entries were ``how``."""
        return sum(one.how == how for one in self.entries)

    @property
    def beside_version(self) -> bool:
        """Whether anything but the version differs."""
        of_version = {("organisation", "changed", ("version",))}
        said = {(one.what, one.how, tuple(it.field for it in one.fields)) for one in self.entries}
        return bool(self.orders or said - of_version)


def changes(before: Organisation, after: Organisation) -> Changes:
    """What has to be done to ``before`` to have ``after``."""
    old, new = _flat(before), _flat(after)
    entries = tuple(_entries(old, new))
    applied = _entries_applied(old, entries)
    orders = {key: tuple(ids) for key, ids in new.lists.items() if applied.lists.get(key, []) != ids}
    return Changes(entries, orders)


def applied(before: Organisation, difference: Changes) -> Organisation:
    """``before`` with the difference. Raises pydantic's ValidationError where the two do not go together."""
    flat = _entries_applied(_flat(before), difference.entries)
    flat.lists.update({key: list(ids) for key, ids in difference.orders.items()})
    return _built(flat)


# ---------------------------------------------------------------- an organisation as a flat table


@dataclass(slots=True)
class _Flat:
    entries: dict[Key, Fields]
    lists: dict[ListKey, list[str]]


def _flat(organisation: Organisation) -> _Flat:
    head = {
        "version": organisation.version,
        **_named(organisation.name),
        "tiers": organisation.tiers,
        "case_prefix": organisation.case_prefix,
    }
    flat = _Flat({_WHOLE: head}, {})
    for company in organisation.companies:
        _put(flat, "company", company.id, {**_named(company.name), "state_owned": company.state_owned})
    for department in organisation.departments:
        _put(flat, "department", department.code, _named(department.name))
    for category in organisation.categories:
        _put(flat, "category", category.id, _named(category.name))
    for entry, parent in _tree(organisation.root):
        fields = {"parent": parent, "kind": entry.kind, "company": entry.company, "cadence": entry.cadence}
        _put(flat, "unit", entry.id, {**_named(entry.name), **fields}, parent or "")
    return flat


def _named(name: Name) -> Fields:
    return {"name_zh": name.zh, "name_en": name.en}


def _put(flat: _Flat, what: What, id: str, fields: Fields, within: str = "") -> None:
    flat.entries[what, id] = fields
    flat.lists.setdefault((what, within), []).append(id)


def _tree(root: UnitEntry) -> Iterator[tuple[UnitEntry, str | None]]:
    yield root, None
    for entry in root.units:
        for below, parent in _tree(entry):
            yield below, parent or root.id


def _built(flat: _Flat) -> Organisation:
    head = {name: flat.entries[_WHOLE][name] for name in _HEAD}
    (root,) = flat.lists["unit", ""]
    return Organisation.model_validate(
        {
            "version": head["version"],
            "name": {"zh": head["name_zh"], "en": head["name_en"]},
            "tiers": head["tiers"],
            "case_prefix": head["case_prefix"],
            "companies": list(_listed(flat, "company", "id")),
            "departments": list(_listed(flat, "department", "code")),
            "categories": list(_listed(flat, "category", "id")),
            "root": _unit(flat, root),
        }
    )


def _listed(flat: _Flat, what: What, key: str) -> Iterator[dict[str, Any]]:
    for id in flat.lists.get((what, ""), []):
        yield {key: id, **_renamed(flat.entries[what, id])}


def _unit(flat: _Flat, id: str) -> dict[str, Any]:
    fields = {name: value for name, value in flat.entries["unit", id].items() if name != "parent"}
    return {"id": id, **_renamed(fields), "units": [_unit(flat, below) for below in flat.lists.get(("unit", id), [])]}


def _renamed(fields: Fields) -> dict[str, Any]:
    rest = {name: value for name, value in fields.items() if name not in ("name_zh", "name_en")}
    return {"name": {"zh": fields["name_zh"], "en": fields["name_en"]}, **rest}


# ---------------------------------------------------------------- the difference of two tables


def _entries(old: _Flat, new: _Flat) -> Iterator[Change]:
    """What is changed and added in the order of the new table, then what is removed in the old one's."""
    for key, fields in new.entries.items():
        before = old.entries.get(key)
        differs = tuple(_fields(before or {}, fields))
        if before is None or differs:
            yield Change(*key, "changed" if before is not None else "added", _name(fields), differs)
    for key, fields in old.entries.items():
        if key not in new.entries:
            yield Change(*key, "removed", _name(fields), tuple(_fields(fields, {})))


def _fields(before: Fields, after: Fields) -> Iterator[FieldChange]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield FieldChange(name, before.get(name), after.get(name))


def _name(fields: Fields) -> Name:
    return Name(zh=fields["name_zh"], en=fields["name_en"])


def _entries_applied(flat: _Flat, entries: Iterable[Change]) -> _Flat:
    """The table with the entries changed; what is new in a list comes last, in the order of the entries."""
    became = _Flat(
        {key: dict(fields) for key, fields in flat.entries.items()}, {key: list(ids) for key, ids in flat.lists.items()}
    )
    for one in entries:
        _apply(became, one)
    became.lists = {key: ids for key, ids in became.lists.items() if ids}
    return became


def _apply(flat: _Flat, one: Change) -> None:
    key: Key = (one.what, one.id)
    before = flat.entries.get(key)
    if one.how == "removed":
        _unlist(flat, one.what, one.id, flat.entries.pop(key))
        return
    fields = before if before is not None else dict.fromkeys(_FIELDS[one.what])
    was = dict(fields)
    fields.update((it.field, it.after) for it in one.fields)
    flat.entries[key] = fields
    if one.what != "organisation" and (before is None or was.get("parent") != fields.get("parent")):
        if before is not None:
            _unlist(flat, one.what, one.id, was)
        flat.lists.setdefault((one.what, fields.get("parent") or ""), []).append(one.id)


def _unlist(flat: _Flat, what: What, id: str, fields: Fields) -> None:
    flat.lists[what, fields.get("parent") or ""].remove(id)


_NAMES = ("name_zh", "name_en")
_FIELDS: dict[What, tuple[str, ...]] = {
    "organisation": _HEAD,
    "company": (*_NAMES, "state_owned"),
    "department": _NAMES,
    "category": _NAMES,
    "unit": (*_NAMES, "parent", "kind", "company", "cadence"),
}
