"""Jinja2 as templates use it: sandboxed, everything escaped for Telegram. Reports no failure.

Every value that a template shows is escaped, and is no command, mention or tag (`inert`) unless it
is Markup. Templates run in Jinja2's sandbox: a template is text, not a program.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bot.domain import plain_text
from bot.rendering import inert, markup

#: How many names a sentence lists.
NAMED = 10
_EMPTY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_LINE_ENDS = re.compile(r"[ \t]+\n")


def environment(folders: Sequence[Path]) -> jinja2.Environment:
    """Return the environment of the templates in these folders; the first that has one wins."""
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        finalize=_escaped,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # what was checked at start is what runs
    )
    environment.filters["shorten"] = plain_text.shorten
    environment.filters["names"] = _names
    return environment


def rendered(
    environment: jinja2.Environment, name: str, words: dict[str, Any]
) -> markup.Marked:
    """Return a template filled with `words`, tidied and measured.

    Raises whatever the template raises, and MarkupError for what Telegram would refuse.
    """
    text = environment.get_template(name).render(words)
    text = _TAG.sub(_without_joiners, text)
    text = _LINE_ENDS.sub("\n", text)
    text = _EMPTY_LINES.sub("\n\n", text).strip()
    marked = markup.measure(text)
    if not marked.text.strip():
        raise markup.MarkupError("it shows no words at all")
    return marked


def _without_joiners(tag: re.Match[str]) -> str:
    """Return a tag without the joiners that `inert` put into its address."""
    return tag[0].replace(inert.JOINER, "")


def _escaped(value: object) -> Markup:
    """Return any value as Markup, escaped for Telegram, so that Jinja2 does not escape it again."""
    if isinstance(value, Markup):
        return value
    return markup.shown(value)


def _names(names: Sequence[str]) -> Markup:
    """Return names in bold as a sentence lists them: “A, B and 3 more”."""
    bold = [_bold(name) for name in names]
    return markup.enumerated(bold, NAMED)


def _bold(name: str) -> Markup:
    return Markup("<b>{}</b>").format(_escaped(name))
