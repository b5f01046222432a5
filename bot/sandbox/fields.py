"""The fields of a call, from a query, a form, JSON or a multipart body. Knows no method."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from bot.sandbox.records import Json

_YES: Final = frozenset({"true", "yes", "1", "y"})


@dataclass(slots=True)
class Fields:
    """The fields of a call. A value is text or, inside an object, any JSON; both are read."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Return True if the field is there and not empty."""
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """Return a text; empty if it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        return _as_text(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return a whole number, or the default if it is missing or not one."""
        try:
            return int(self.values[name])
        except (KeyError, ValueError, TypeError):
            return default

    def number(self, name: str, default: float = 0.0) -> float:
        """Return a number, or the default if it is missing or not one."""
        try:
            return float(self.values[name])
        except (KeyError, ValueError, TypeError):
            return default

    def flag(self, name: str) -> bool:
        """Return True for true, yes, y and 1 in any case."""
        return str(self.values.get(name, "")).lower() in _YES

    def parsed(self, name: str, what: str) -> Any:
        """Return an object or array, None if missing. Raises Refusal 400 if it is not JSON."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def object(self, name: str, what: str) -> Json | None:
        """Return a JSON object, None if missing. Raises Refusal 400 for anything else."""
        value = self.parsed(name, what)
        if value is not None and not isinstance(value, dict):
            raise bad(f"object expected as {what}")
        return value

    def array(self, name: str, what: str) -> list[Any] | None:
        """Return a JSON array, None if missing. Raises Refusal 400 for anything else."""
        value = self.parsed(name, what)
        if value is not None and not isinstance(value, list):
            raise bad(f"can't parse {what}: expected an Array")
        return value


def decode(query: bytes, content_type: str, body: bytes) -> Fields:
    """Return the fields of a request; the body's take precedence.

    Raises Refusal 400 for a body that can't be read.
    """
    fields = Fields(_form(query) if query else {})
    if not body:
        return fields
    if content_type.startswith("application/x-www-form-urlencoded"):
        fields.values |= _form(body)
    elif content_type.startswith("application/json"):
        fields.values |= _json(body)
    elif content_type.startswith("multipart/form-data"):
        _read_multipart(fields, content_type, body)
    return fields


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None


def _json(body: bytes) -> dict[str, str]:
    """Return the values as in a form: text unchanged, everything else as JSON."""
    try:
        values = json.loads(body)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise bad("can't parse the request: JSON object expected")
    given = {name: value for name, value in values.items() if value is not None}
    return {name: _as_text(value) for name, value in given.items()}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read_multipart(fields: Fields, content_type: str, body: bytes) -> None:
    """Read RFC 7578 as far as clients use it: no transfer encodings, one file per name."""
    boundary = (
        content_type.partition("boundary=")[2]
        .partition(";")[0]
        .strip()
        .strip('"')
        .encode()
    )
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        if "filename" in disposition:
            fields.files[disposition.get("name", "")] = content
        else:
            fields.values[disposition.get("name", "")] = content.decode(
                "utf-8", "replace"
            )


def _disposition(head: str) -> dict[str, str]:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            pairs = (pair.partition("=") for pair in value.split(";"))
            return {
                key.strip().lower(): text.strip().strip('"') for key, _, text in pairs
            }
    return {}
