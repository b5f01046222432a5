"""Texts read by TDLib, through its `tdjson` package, which must be installed. Needs no account.

`parseMarkdown` is called for its last step: no other synchronous call arranges entities as the
server does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import tdjson

from bot.sandbox.refusals import bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.records import Json

_TYPES: Final = {
    "Bold": "bold",
    "Italic": "italic",
    "Underline": "underline",
    "Strikethrough": "strikethrough",
    "Spoiler": "spoiler",
    "Code": "code",
    "Pre": "pre",
    "PreCode": "pre",
    "BlockQuote": "blockquote",
    "ExpandableBlockQuote": "expandable_blockquote",
    "TextUrl": "text_link",
    "MentionName": "text_mention",
    "CustomEmoji": "custom_emoji",
    "DateTime": "date_time",
    "Mention": "mention",
    "Hashtag": "hashtag",
    "Cashtag": "cashtag",
    "BotCommand": "bot_command",
    "Url": "url",
    "EmailAddress": "email",
    "PhoneNumber": "phone_number",
}
_WITH_FIELDS: Final = ("pre", "text_link")
_PLAIN: Final = {
    ours: theirs for theirs, ours in _TYPES.items() if ours not in _WITH_FIELDS
}
_MODES: Final = {
    "html": {"@type": "textParseModeHTML"},
    "markdown": {"@type": "textParseModeMarkdown", "version": 1},
    "markdownv2": {"@type": "textParseModeMarkdown", "version": 2},
}
#: Replaces Markdown's signs while parseMarkdown runs; each stays one UTF-16 unit.
_HIDE: Final = str.maketrans("_*~|`[", "\ue000\ue001\ue002\ue003\ue004\ue005")
_SHOW: Final = {value: chr(key) for key, value in _HIDE.items()}
#: An unmarked entity is passed as a link to this address, so that styles are split around it.
_PLACEHOLDER: Final = "http://found.example/"


def _call(request: Json) -> Json:
    answer: Json = json.loads(tdjson.td_execute(json.dumps(request).encode()) or b"{}")
    return answer


_call({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


class Tdlib:
    """The engine that is TDLib itself."""

    name = "tdlib"

    def parse(self, text: str, mode: str) -> tuple[str, list[Json]]:
        """As judge.Engine.parse."""
        if mode.lower() not in _MODES:
            raise bad("unsupported parse_mode")
        parse_mode = _MODES[mode.lower()]
        answer = _call(
            {"@type": "parseTextEntities", "text": text, "parse_mode": parse_mode}
        )
        if answer["@type"] == "error":
            raise bad(answer["message"])
        return answer["text"], _read(answer["entities"], [])

    def arrange(self, text: str, entities: Sequence[Json]) -> tuple[str, list[Json]]:
        """As judge.Engine.arrange."""
        unmarked: list[Json] = []
        written = [_written(entity, unmarked) for entity in entities]
        hidden = text.translate(_HIDE)
        formatted = {"@type": "formattedText", "text": hidden, "entities": written}
        answer = _call({"@type": "parseMarkdown", "text": formatted})
        if answer["@type"] == "error":
            raise bad(answer["message"])
        return answer["text"].translate(_SHOW), _read(answer["entities"], unmarked)

    def find(self, text: str) -> list[Json]:
        """As judge.Engine.find."""
        return _read(_call({"@type": "getTextEntities", "text": text})["entities"], [])


def _written(entity: Json, unmarked: list[Json]) -> Json:
    """Return an entity as TDLib writes it; an unmarked one is added to `unmarked`."""
    kind = entity["type"]
    if kind in (
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
    ):
        theirs: Json = {
            "@type": "textEntityTypeTextUrl",
            "url": f"{_PLACEHOLDER}{len(unmarked)}",
        }
        unmarked.append({"type": kind})
    elif kind == "text_link":
        theirs = {"@type": "textEntityTypeTextUrl", "url": entity["url"]}
    elif kind == "pre":
        theirs = {"@type": "textEntityTypePre"}
        if entity.get("language"):
            theirs = {"@type": "textEntityTypePreCode", "language": entity["language"]}
    else:
        theirs = {"@type": f"textEntityType{_PLAIN[kind]}"} | _extras(entity)
    place = {"offset": entity["offset"], "length": entity["length"]}
    return {"@type": "textEntity", **place, "type": theirs}


def _extras(entity: Json) -> Json:
    if entity["type"] == "text_mention":
        return {"user_id": entity["user"]["id"]}
    if entity["type"] == "custom_emoji":
        return {"custom_emoji_id": entity["custom_emoji_id"]}
    return _date_fields(entity)


def _date_fields(entity: Json) -> Json:
    return {
        key: entity[key] for key in ("unix_time", "formatting_type") if key in entity
    }


def _read(entities: list[Json], unmarked: list[Json]) -> list[Json]:
    shown = []
    for entity in entities:
        theirs = entity["type"]
        kind = _TYPES.get(theirs["@type"].removeprefix("textEntityType"))
        if kind:
            place = {"offset": entity["offset"], "length": entity["length"]}
            shown.append(place | _shape(kind, theirs, unmarked))
    return shown


def _shape(kind: str, theirs: dict[str, Any], unmarked: list[Json]) -> Json:
    if kind == "text_link":
        url: str = theirs["url"]
        if url.startswith(_PLACEHOLDER):
            return unmarked[int(url.removeprefix(_PLACEHOLDER))]
        return {"type": kind, "url": url}
    if kind == "text_mention":
        user = {"id": theirs["user_id"], "is_bot": False, "first_name": "Somebody"}
        return {"type": kind, "user": user}
    if kind == "custom_emoji":
        return {"type": kind, "custom_emoji_id": str(theirs["custom_emoji_id"])}
    if kind == "pre" and theirs.get("language"):
        return {"type": kind, "language": theirs["language"]}
    return {"type": kind} | _date_fields(theirs)
