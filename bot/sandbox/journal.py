"""The bot's calls and their answers, in order. Judges nothing."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.sandbox.fields import Fields
    from bot.sandbox.records import Json

#: Parameters that are objects or lists, which may come as JSON text.
_OBJECTS: Final = frozenset(
    {
        "reply_markup",
        "link_preview_options",
        "entities",
        "caption_entities",
        "reply_parameters",
        "media",
        "scope",
        "commands",
        "allowed_updates",
        "message_ids",
    }
)


@dataclass(slots=True, eq=False)
class Call:
    """One call. `at` is unix time; `answer` is None until it was carried out or refused."""

    method: str
    fields: Fields
    at: float
    fault: str | None = None
    answer: Json | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The parameters; objects sent as JSON text are parsed."""
        return {name: _read(name, value) for name, value in self.fields.values.items()}

    @property
    def chat(self) -> int | str | None:
        """The chat_id: a number, or the @username as sent."""
        value = self.fields.text("chat_id")
        return int(value) if value.removeprefix("-").isdecimal() else value or None

    @property
    def result(self) -> Any:
        """The result; None if the call failed."""
        return (self.answer or {}).get("result")

    @property
    def ok(self) -> bool:
        """True if it was carried out."""
        return bool((self.answer or {}).get("ok"))


def _read(name: str, value: Any) -> Any:
    if name not in _OBJECTS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


class Journal(deque[Call]):
    """The last calls, oldest first."""

    def of(self, method: str) -> list[Call]:
        """Return the calls of one method, whose name may have any case."""
        return [call for call in self if call.method.lower() == method.lower()]
