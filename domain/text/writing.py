"""What people write, and the fields that it is written in.

Kept as it was written, full width and all: it is read by people, and may be evidence. Only what nobody can see goes
out, line ends become one kind, and what nothing can write down is refused. Officers' words are read by supervisors,
also in Temporal: no number of anybody's telephone or identity card is in them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from domain.text.characters import UNWRITABLE, is_seen, without_unseen
from domain.text.numbers import personal_data_in
from domain.text.seeking import case_number

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def with_plain_line_ends(text: str) -> str:
    """Lines ended by ``\\n`` alone, whatever program they come from."""
    return _LINE_ENDS.sub("\n", text)


def writable(text: str) -> str:
    """``text`` with plain line ends, nothing else changed.

    Raises PydanticCustomError ``unprintable_text`` for what no log, page or document can carry: controls, lone
    surrogates, noncharacters.
    """
    plain = with_plain_line_ends(text)
    if UNWRITABLE.search(plain):
        raise PydanticCustomError("unprintable_text", "the text has characters that cannot be written down")
    return plain


def as_written(text: str) -> str:
    """What people write, as it is kept; empty where nothing can be seen. Raises as ``writable``."""
    seen = without_unseen(writable(text)).strip()
    return seen if is_seen(seen) else ""


def on_a_line(text: str) -> str:
    """The same, on one line: a break is a space."""
    parts = (part.strip() for part in re.split(r"[\n\t]", as_written(text)))
    return " ".join(part for part in parts if part)


def _text(given: Any) -> Any:
    return as_written(given) if isinstance(given, str) else given


def _line(given: Any) -> Any:
    return on_a_line(given) if isinstance(given, str) else given


def _writable(given: Any) -> Any:
    return writable(given) if isinstance(given, str) else given


def _free_of_personal_data(text: str) -> str:
    found = personal_data_in(text)
    if found:
        raise PydanticCustomError("personal_data", "the text contains a {found} number; leave it out", {"found": found})
    return text


OnALine = BeforeValidator(_line)
"""Goes beside what people write on one line and may leave empty."""
Writable = BeforeValidator(_writable)
"""Goes beside what is no writing of people's, and has to be carried all the same: a file, a password."""
Short = Annotated[str, StringConstraints(min_length=1, max_length=80), OnALine]
"""A line: at most 80 characters."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=4000), BeforeValidator(_text)]
"""A resident's own words: at most 4,000 characters; always sealed, so personal data is allowed."""
Line = Annotated[Short, AfterValidator(_free_of_personal_data)]
"""A line of an officer's, free of personal data."""
CaseNumber = Annotated[Line, AfterValidator(lambda given: case_number(given) or given)]
"""A case's number, however it was typed; what is none stays as it is, and is nobody's."""
WorkingText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000),
    BeforeValidator(_text),
    AfterValidator(_free_of_personal_data),
]
"""An officer's reason, note or finding: at most 2,000 characters, free of personal data."""
