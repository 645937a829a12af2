"""Reading a policy file so that a mistake names its file, line, field and reason.

YAML is read by the 1.2 core schema: only ``true``/``false``, decimal numbers and ``null`` are special, so
``off`` is a word and ``15:00`` a time of day (YAML 1.1 makes them False and 900). Aliases, tags and repeated
keys are refused: a policy is read by people, and each of them hides something from a reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml._yaml import CParser
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from domain.text.characters import UNWRITABLE, without_unseen
from domain.words.policy_words import Fault, fault, fault_of_field

M = TypeVar("M", bound=BaseModel)
Step = str | int
Location = tuple[Step, ...]

_CORE = "tag:yaml.org,2002:"
_NULL, _BOOL, _INT, _FLOAT, _STR = (_CORE + kind for kind in ("null", "bool", "int", "float", "str"))
_LONGEST_NUMBER = 30
_ALIASES = "aliases are not allowed"


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One mistake: the file as the caller named it, the line (from 1), the field (``units[2].kind``), why.

    As a text it is English, as what goes wrong at a start is; `in_` tells it in either language.
    """

    path: str
    line: int
    field: str
    message: Fault

    def __str__(self) -> str:
        return self.in_("en")

    def in_(self, language: str) -> str:
        """In one line, as compilers do."""
        where, why = f"{self.path}:{self.line}", self.message.in_(language)
        return f"{where}: {self.field}: {why}" if self.field else f"{where}: {why}"


MOST_PROBLEMS = 200
"""So many mistakes are named; how many more there are is the last that is said."""


class PolicyError(Exception):
    """A policy file that cannot be used; ``problems`` holds the mistakes found, in the lines' order, at most
    ``MOST_PROBLEMS`` of them and how many more there are."""

    def __init__(self, problems: Iterable[PolicyProblem]) -> None:
        found = sorted(problems, key=lambda problem: problem.line)
        named, more = found[:MOST_PROBLEMS], len(found) - MOST_PROBLEMS
        if more > 0:
            last = found[MOST_PROBLEMS]
            named.append(PolicyProblem(last.path, last.line, "", fault("and_more", more=more)))
        self.problems = tuple(named)
        super().__init__(self.in_("en"))

    def in_(self, language: str) -> str:
        """Every mistake in a line of its own."""
        return "\n".join(problem.in_(language) for problem in self.problems)


class Misplaced(ValueError):
    """Raised by a model's own validator to point at places inside the model: ``(location, message)`` each.

    A location is relative to the model that raises it: ``("root", "units", 2, "id")``.
    """

    def __init__(self, faults: Iterable[tuple[Location, Fault]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(message.en for _, message in self.faults))


def repeated(ids: Iterable[str], field: str, key: str = "id") -> list[tuple[Location, Fault]]:
    """One fault for each item of a list whose ``key``, which must be unique, repeats an earlier item's."""
    seen: dict[str, int] = {}
    faults: list[tuple[Location, Fault]] = []
    for index, item in enumerate(ids):
        first = seen.setdefault(item, index)
        if first != index:
            faults.append(((field, index, key), fault("repeated", id=item, where=f"{field}[{first}]")))
    return faults


def parse_policy(model: type[M], text: str, file: str) -> M:
    """The policy in ``text`` as a ``model``; ``file`` is only what messages call it. Raises PolicyError."""
    node = _compose(text, file)
    reader = _Reader(file)
    data = reader.value(node, ())
    if reader.problems:
        raise PolicyError(reader.problems)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise PolicyError(_problems(error, node, file)) from None


def faults_of_validation(error: ValidationError) -> list[tuple[Location, Fault]]:
    """Where a model is not as it should be, and why: ``(location, message)`` each."""
    return [fault for detail in error.errors(include_url=False) for fault in _faults(detail)]


def problems_at(text: str, file: str, faults: Iterable[tuple[Location, Fault]]) -> list[PolicyProblem]:
    """Faults that were found beside other policies, at their lines of a file that has been parsed before."""
    found = list(faults)
    if not found:  # a long file takes a moment to read once more
        return []
    places = _Places(_compose(text, file))
    return [PolicyProblem(file, *places.of(location), message) for location, message in found]


class _Loader(Composer, CParser, Resolver):
    """Composes nodes by the YAML 1.2 core schema, without aliases. libyaml parses, which every wheel of PyYAML has: a
    subdistrict's files take a tenth of the time that they take in Python, and every process reads them at its start."""

    def __init__(self, text: str) -> None:
        CParser.__init__(self, text)
        Composer.__init__(self)
        Resolver.__init__(self)

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()
            raise yaml.MarkedYAMLError(problem=_ALIASES, problem_mark=event.start_mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver(_FLOAT, re.compile(r"^[-+]?[0-9]+\.[0-9]+$"), list("-+0123456789"))


def _compose(text: str, file: str) -> Node:
    try:
        node = _Loader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PolicyError([PolicyProblem(file, line, "", fault("not_yaml", why=error.reason))]) from None
    except UnicodeEncodeError as error:  # half of a surrogate pair
        line = text.count("\n", 0, error.start) + 1
        raise PolicyError([PolicyProblem(file, line, "", fault("not_yaml", why=error.reason))]) from None
    except yaml.MarkedYAMLError as error:
        raise PolicyError([_malformed(error, file)]) from None
    except RecursionError:
        raise PolicyError([PolicyProblem(file, 1, "", fault("nested"))]) from None
    if node is None:
        raise PolicyError([PolicyProblem(file, 1, "", fault("empty"))])
    return node


def _malformed(error: yaml.MarkedYAMLError, file: str) -> PolicyProblem:
    mark = error.problem_mark or error.context_mark
    reason = ", ".join(part for part in (error.context, error.problem) if part)
    message = fault("aliases") if error.problem == _ALIASES else fault("not_yaml", why=reason)
    return PolicyProblem(file, mark.line + 1 if mark else 1, "", message)


class _Reader:
    """Turns nodes into plain data and collects what the data cannot show: repeated keys, odd keys, tags."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[PolicyProblem] = []

    def value(self, node: Node, at: Location) -> Any:
        if isinstance(node, MappingNode):
            return self._mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: MappingNode, at: Location) -> dict[str, Any]:
        lines: dict[str, int] = {}
        data: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, ScalarNode):
                self._problem(key, at, fault("odd_key"))
                continue
            here = (*at, key.value)
            if key.value in lines:
                self._problem(key, here, fault("key_repeated", line=lines[key.value]))
            lines.setdefault(key.value, _line(key))
            data[key.value] = self.value(item, here)
        return data

    def _scalar(self, node: Node, at: Location) -> Any:
        text: str = node.value
        if node.tag == _STR:
            if UNWRITABLE.search(text):
                self._problem(node, at, fault("unprintable_text"))
            return without_unseen(text)
        if node.tag == _NULL:
            return None
        if node.tag == _BOOL:
            return text == "true"
        if node.tag in (_INT, _FLOAT) and len(text) <= _LONGEST_NUMBER:
            return int(text) if node.tag == _INT else float(text)
        self._problem(node, at, fault("not_plain"))
        return None

    def _problem(self, node: Node, at: Location, message: Fault) -> None:
        self.problems.append(PolicyProblem(self.file, _line(node), field_of(at), message))


def _problems(error: ValidationError, root: Node, file: str) -> list[PolicyProblem]:
    places = _Places(root)
    return [PolicyProblem(file, *places.of(location), message) for location, message in faults_of_validation(error)]


def _faults(detail: ErrorDetails) -> list[tuple[Location, Fault]]:
    location: Location = tuple(detail["loc"])
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, Misplaced):
        return [((*location, *inner), message) for inner, message in cause.faults]
    return [(location, _message(detail, str(cause) if isinstance(cause, ValueError) else None))]


def _message(detail: ErrorDetails, own: str | None) -> Fault:
    """A field's mistake with what stands there, where that is one value and says more than the mistake."""
    code, given = detail["type"], detail["input"]
    plain = given is None or isinstance(given, str | int | float | bool)
    got = given if plain and own is None else ...
    return fault_of_field(code, own or detail["msg"], detail.get("ctx", {}), got)


class _Places:
    """Where things are in a file: each mapping is looked through once, however many mistakes are in it."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._keys: dict[int, dict[str, tuple[int, Node]]] = {}

    def of(self, location: Location) -> tuple[int, str]:
        """The line and field of a pydantic location; steps that the file lacks (a union's tag) are left out."""
        node, line, found = self._root, _line(self._root), list[Step]()
        for index, step in enumerate(location):
            below = self._below(node, step)
            if below is not None:
                line, node = below
                found.append(step)
            elif index == len(location) - 1 and isinstance(node, MappingNode):
                found.append(step)
        return line, field_of(tuple(found))

    def _below(self, node: Node, step: Step) -> tuple[int, Node] | None:
        if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
            return _line(node.value[step]), node.value[step]
        if isinstance(node, MappingNode) and isinstance(step, str):
            return self._keys_of(node).get(step)
        return None

    def _keys_of(self, node: MappingNode) -> dict[str, tuple[int, Node]]:
        keys = self._keys.get(id(node))
        if keys is None:
            keys = {}
            for key, item in node.value:
                keys.setdefault(key.value, (_line(key), item))
            self._keys[id(node)] = keys
        return keys


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def field_of(location: Location) -> str:
    """A location as a person writes it: ``root.units[2].kind``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")
