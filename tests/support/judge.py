"""Telegram's own parser as a judge of what we render (TDLib, offline). Not a test by itself.

What it does is in docs/telegram.md, HTML mode.
"""

from __future__ import annotations

import json
from typing import Any

import tdjson

TEXT = 4096
CAPTION = 1024
ENTITIES = 100
# parseMarkdown normalises like the server does; its own characters are hidden so that it does nothing else.
_HIDDEN = str.maketrans("_*~|`[", "\ue000\ue001\ue002\ue003\ue004\ue005")
_SHOWN = {
    ord(hidden): shown
    for hidden, shown in zip(
        "\ue000\ue001\ue002\ue003\ue004\ue005", "_*~|`[", strict=True
    )
}


class Refused(AssertionError):
    """What Telegram would answer to the message."""


def ask(request: dict[str, Any]) -> dict[str, Any]:
    """Run one of TDLib's offline functions."""
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(request).encode()))
    return answer


ask({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def validate(html: str, limit: int = TEXT) -> tuple[str, list[dict[str, Any]], int]:
    """Return text, entities (found ones included) and UTF-16 units of a message, or raise Refused."""
    if len(html.encode()) > 1 << 15:
        raise Refused("400 Bad Request: text is too long")
    parsed = ask(
        {
            "@type": "parseTextEntities",
            "text": html,
            "parse_mode": {"@type": "textParseModeHTML"},
        }
    )
    if parsed["@type"] == "error":
        raise Refused(f"{parsed['code']} Bad Request: {parsed['message']}")
    parsed["text"] = parsed["text"].translate(_HIDDEN)
    stored = ask({"@type": "parseMarkdown", "text": parsed})
    text = stored["text"].translate(_SHOWN)
    return _within(text, stored["entities"] + found(text, stored["entities"]), limit)


def plain(text: str, limit: int = TEXT) -> tuple[str, list[dict[str, Any]], int]:
    """Do as `validate` for a message without parse_mode."""
    return _within(text, found(text, []), limit)


def found(text: str, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the entities Telegram finds by itself outside of links and code."""
    closed = [
        one for one in known if kinds([one])[0] in ("TextUrl", "Code", "Pre", "PreCode")
    ]
    entities = ask({"@type": "getTextEntities", "text": text})["entities"]
    return [
        one for one in entities if not any(_overlap(one, other) for other in closed)
    ]


def kinds(entities: list[dict[str, Any]]) -> list[str]:
    """Return entities' types in short: Bold, TextUrl, Hashtag…"""
    return [one["type"]["@type"].removeprefix("textEntityType") for one in entities]


def cut(text: str, entity: dict[str, Any]) -> str:
    """Return the part of `text` that `entity` covers."""
    units = text.encode("utf-16-le")
    return units[
        entity["offset"] * 2 : (entity["offset"] + entity["length"]) * 2
    ].decode("utf-16-le")


def payload(sent: dict[str, Any]) -> tuple[str, list[dict[str, Any]], int]:
    """Judge a whole call: its words within their limit, its buttons, and that a stranger's page is never previewed."""
    _buttons(sent.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"])
    if "text" in sent:
        preview = sent["link_preview_options"]
        assert preview.get("url") or preview.get("is_disabled")
    words, limit = (
        (sent["text"], TEXT) if "text" in sent else (sent["caption"], CAPTION)
    )
    return validate(words, limit) if "parse_mode" in sent else plain(words, limit)


def _within(
    text: str, entities: list[dict[str, Any]], limit: int
) -> tuple[str, list[dict[str, Any]], int]:
    units = len(text.encode("utf-16-le")) // 2
    if not text.strip():
        raise Refused("400 Bad Request: text must be non-empty")
    if units > limit or len(entities) > ENTITIES:
        raise Refused(f"too long: {units} units, {len(entities)} entities")
    return text, entities, units


def _buttons(rows: list[list[dict[str, str]]]) -> None:
    assert sum(map(len, rows)) <= ENTITIES
    for row in rows:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button["text"].strip()
            assert set(button) in ({"text", "url"}, {"text", "callback_data"})
            assert 1 <= len(button.get("callback_data", "d").encode()) <= 64
            assert button.get("url", "https://").startswith("https://") or button[
                "url"
            ].startswith("http://")


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )
