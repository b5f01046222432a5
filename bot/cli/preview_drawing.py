"""Draws a previewed post on a terminal or as an HTML page. Decides nothing about it."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from bot.cli import escaping
from bot.cli.preview_payload import PreviewState
from bot.cli.wrapping import wrapped
from bot.domain.delivery import Payload
from bot.rendering.keyboards import Button, Rows

#: Columns of a drawn post at most; Telegram shows about as many.
_WIDTH = 88
_STATES = {
    PreviewState.DRAFT: "a draft: not posted",
    PreviewState.WAITS: "waits for its date",
    PreviewState.EXPIRED: "expired: not posted",
}
_STYLES = {
    "b": Style(bold=True),
    "strong": Style(bold=True),
    "i": Style(italic=True),
    "em": Style(italic=True),
    "u": Style(underline=True),
    "s": Style(strike=True),
    "code": Style(dim=True),
    "pre": Style(dim=True),
    "blockquote": Style(dim=True),
    "a": Style(underline=True),
}


def drawn(payload: Payload, width: int) -> RenderableType:
    """Return a post for a terminal of `width` columns.

    From top to bottom: file, picture, text, buttons, addresses of its links.
    """
    text, links = _styled(payload)
    parts = []
    if picture := _picture(payload):
        parts.append(Text(f"[picture] {picture}", style="dim"))
    parts.append(text)
    if rows := _rows(payload):
        parts.append(_buttons(rows))
    if links:
        parts.append(_addresses(links))
    framed = Text("\n\n").join(parts)
    heading = _heading(payload, width)
    return Group(heading, Panel(framed, width=min(width, _WIDTH)))


def _styled(payload: Payload) -> tuple[Text, list[str]]:
    """Return a post's text in its styles, and the addresses it links."""
    words = _words(payload)
    if "parse_mode" not in payload:
        return Text(words), []
    reader = _Reader()
    reader.feed(words)
    reader.close()
    return reader.text, reader.links


def _buttons(rows: Rows) -> Text:
    lines = [_button_row(row) for row in rows]
    return Text("\n".join(lines))


def _button_row(row: Sequence[Button]) -> str:
    labels = [f"[ {button['text']} ]" for button in row]
    return "  ".join(labels)


def _addresses(links: Sequence[str]) -> Text:
    lines = []
    for number, link in enumerate(links, 1):
        line = f"[{number}] {link}"
        lines.append(line)
    return Text("\n".join(lines), style="dim")


def _heading(payload: Payload, width: int) -> Text:
    """Return the file's name and why its post is not sent now. A frame's title would be cut."""
    words = escaping.visible(str(payload["file"]))
    style = "bold"
    if state := payload.get("state"):
        words += f" ({_STATES[state]})"
        style = "yellow"
    lines = wrapped(words, width)
    return Text("\n".join(lines), style=style)


def page(previews: Sequence[Payload]) -> str:
    """Return a page of HTML that shows posts the way Telegram lays them out."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    source = Path(__file__).with_name("preview.html").read_text(encoding="utf-8")
    template = environment.from_string(source)
    return template.render(posts=list(map(_for_page, previews)))


def _for_page(payload: Payload) -> dict[str, Any]:
    words: str = _words(payload)
    if "parse_mode" in payload:
        words = Markup(words)  # noqa: S704 - escaped when it was rendered
    state = payload.get("state")
    return {
        "file": payload["file"],
        "state": _STATES[state] if state else "",
        "error": payload.get("error", ""),
        "picture": _picture(payload),
        "words": words,
        "rows": _rows(payload),
    }


def _words(payload: Payload) -> str:
    return str(payload.get("text", "") or payload.get("caption", ""))


def _picture(payload: Payload) -> str:
    preview = payload.get("link_preview_options", {})
    return str(payload.get("photo") or preview.get("url") or "")


def _rows(payload: Payload) -> Rows:
    keyboard = payload.get("reply_markup", {})
    rows: Rows = keyboard.get("inline_keyboard", [])
    return rows


class _Reader(HTMLParser):
    """Telegram's HTML as styled text; each link is numbered."""

    def __init__(self) -> None:
        super().__init__()
        self.text = Text()
        self.links: list[str] = []
        self._styles: list[Style] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a style."""
        if tag == "a":
            attributes = dict(attrs)
            address = attributes.get("href")
            self.links.append(address or "")
        style = _STYLES.get(tag, Style())
        self._styles.append(style)

    def handle_endtag(self, tag: str) -> None:
        """End a style; a link is followed by its number."""
        if self._styles:
            self._styles.pop()
        if tag == "a":
            self.text.append(f" [{len(self.links)}]", style="dim")

    def handle_data(self, data: str) -> None:
        """Add words in the styles that are open."""
        style = Style.combine([Style(), *self._styles])
        self.text.append(data, style=style)
