"""A previewed post as a person would see it: drawn for a terminal, or as a page to open. Decides nothing about it."""

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

from bot.cli import terminal
from bot.cli.wrapping import wrapped
from bot.domain.delivery import Payload

#: Columns of a drawn post at most; Telegram shows about as many.
_WIDTH = 88
#: What a preview's state says.
_STATES = {
    "draft": "a draft: not posted",
    "waits": "waits for its date",
    "expired": "expired: not posted",
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
}


def drawn(payload: Payload, width: int) -> RenderableType:
    """Return a post for a terminal of so many columns: file, picture, words, addresses of its links, buttons."""
    words = _words(payload)
    parts: list[RenderableType] = []
    if picture := _picture(payload):
        parts += [Text(f"[picture] {picture}", style="dim"), Text()]
    links: list[str] = []
    if "parse_mode" in payload:
        reader = _Reader()
        reader.feed(words)
        reader.close()
        parts.append(reader.text)
        links = reader.links
    else:
        parts.append(Text(words))
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    if rows:
        parts += [Text(), Text("\n".join("  ".join(f"[ {one['text']} ]" for one in row) for row in rows))]
    if links:
        parts += [Text(), Text("\n".join(f"[{number}] {link}" for number, link in enumerate(links, 1)), style="dim")]
    return Group(_about(payload, width), Panel(Group(*parts), width=min(width, _WIDTH)))


def _about(payload: Payload, width: int) -> Text:
    """Return the file's name, and why its post is not sent now; whole, as the title of a frame would not be."""
    state = payload.get("state", "")
    told = f"{terminal.visible(str(payload['file']))}{f' ({_STATES.get(state, state)})' if state else ''}"
    return Text("\n".join(wrapped(told, width)), style="yellow" if state else "bold")


def page(previews: Sequence[Payload]) -> str:
    """Return a page of HTML that shows posts the way Telegram lays them out."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(Path(__file__).with_name("preview.html").read_text(encoding="utf-8"))
    return template.render(posts=[_shown(one) for one in previews])


def _shown(payload: Payload) -> dict[str, Any]:
    words: str = _words(payload)
    return {
        "file": payload["file"],
        "state": _STATES.get(payload.get("state", ""), ""),
        "error": payload.get("error", ""),
        "picture": _picture(payload),
        "words": Markup(words) if "parse_mode" in payload else words,  # noqa: S704 - escaped when it was rendered
        "rows": payload.get("reply_markup", {}).get("inline_keyboard", []),
    }


def _words(payload: Payload) -> str:
    return str(payload.get("text") or payload.get("caption") or "")


def _picture(payload: Payload) -> str:
    return str(payload.get("photo") or payload.get("link_preview_options", {}).get("url") or "")


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
            self.links.append(dict(attrs).get("href") or "")
        self._styles.append(_STYLES.get(tag, Style(underline=True) if tag == "a" else Style()))

    def handle_endtag(self, tag: str) -> None:
        """End a style; a link is followed by its number."""
        if self._styles:
            self._styles.pop()
        if tag == "a":
            self.text.append(f" [{len(self.links)}]", style="dim")

    def handle_data(self, data: str) -> None:
        """Add words in the styles that are open."""
        self.text.append(data, style=Style.combine([Style(), *self._styles]))
