"""Templates: the operator's own first, then the shipped ones. Knows no article and no reader.

Every value that a template shows is escaped, and is no command, mention or tag (`inert`) unless it
is Markup. Templates run in Jinja2's sandbox: a template is text, not a program. An operator's are
checked with samples at the start; for a message on which one of them fails later, the shipped
template is used and the failure is logged and reported.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bot import shipped
from bot.domain import plain_text
from bot.domain.topics import Taxonomy
from bot.errors import TemplateBroken
from bot.rendering import inert, markup, samples, template_errors

#: How many names a sentence lists.
NAMED = 10
#: Whom a reply addresses: a person, a group, a thread of a forum.
AUDIENCES = ("", "group", "thread")
#: How the names of template files end.
ENDING = ".html.j2"
_EMPTY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_LINE_ENDS = re.compile(r"[ \t]+\n")
#: What a template holds that may address groups differently, itself or by another template.
_KNOWS_AUDIENCE = re.compile(r"\bgroup\b|\b(include|import|extends)\b")
#: Failures kept for the next report.
BROKEN = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broken:
    """A failure of an operator's template while a message was rendered."""

    #: The template's name below its folder.
    template: str
    #: 0 if it is not known.
    line: int
    reason: str
    #: The address of the article that the message is about; may be empty.
    address: str


class Templates:
    """The templates of one configuration folder, with its taxonomy."""

    def __init__(self, folder: Path | None, taxonomy: Taxonomy) -> None:
        """Use the templates in `folder`, and the shipped ones for what it lacks or without it."""
        self.taxonomy = taxonomy
        self._folder = folder
        self._shipped = _environment(shipped.config() / "templates")
        self._own = self._shipped
        if folder:
            self._own = _environment(folder, shipped.config() / "templates")
        self._audience = ""
        #: Shared with the copies that `spoken_to` makes.
        self._broken: dict[Broken, None] = {}
        self._known: set[tuple[str, int, str]] = set()

    def take_broken(self) -> list[Broken]:
        """Return the failures since the last call, each article once."""
        taken = list(self._broken)
        self._broken.clear()
        return taken

    def spoken_to(self, audience: str) -> Templates:
        """Return these templates with the variable `group` set to one of AUDIENCES."""
        if audience == self._audience:
            return self
        other = copy.copy(self)
        other._audience = audience
        return other

    def check(self) -> None:
        """Compile every template and render it with samples.

        Raises TemplateBroken, one line with file and line.
        """
        names = self._own.list_templates(filter_func=lambda it: it.endswith(ENDING))
        for name in names:
            try:
                self._check(name)
            except Exception as error:  # a template can raise anything
                raise TemplateBroken(self._located(name, error)) from error

    def _check(self, name: str) -> None:
        self._own.get_template(name)
        audiences = self._audiences(name)
        for sample in samples.SAMPLES.get(name.removesuffix(ENDING), ()):
            for audience in audiences:
                _rendered(self._own, name, sample | {"group": audience})

    def _audiences(self, name: str) -> Sequence[str]:
        """Return the audiences that a template may address in different words."""
        path = self._path(name)
        source = path.read_text(encoding="utf-8")
        return AUDIENCES if _KNOWS_AUDIENCE.search(source) else AUDIENCES[:1]

    def render(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the template `name` (without its ending) filled with `words`, its variables."""
        if self._own is not self._shipped:
            addressed = words | {"group": self._audience}
            try:
                return _rendered(self._own, name + ENDING, addressed)
            except Exception as error:  # a template can raise anything
                self._note(name + ENDING, error, _address(words))
        return self.render_shipped(name, words)

    def render_shipped(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the shipped template filled with `words`; for when the operator's leaves no room.

        Raises TemplateBroken, one line with template and line.
        """
        file, addressed = name + ENDING, words | {"group": self._audience}
        try:
            return _rendered(self._shipped, file, addressed)
        except Exception as error:
            path = shipped.config() / "templates" / file
            line = template_errors.line_of(error, path) or 1
            reason = template_errors.reason(error)
            raise TemplateBroken(f"{path.name}:{line}: {reason}") from error

    def _note(self, name: str, error: Exception, address: str) -> None:
        """Keep a failure for the editors, up to BROKEN; log it once."""
        line = template_errors.line_of(error, self._path(name))
        reason = template_errors.reason(error)
        broken = Broken(name, line, reason, address)
        if len(self._broken) < BROKEN:
            self._broken[broken] = None
        known = (name, line, reason)
        if known not in self._known:
            self._known.add(known)
            about = f" (for {address})" if address else ""
            where = self._located(name, error)
            _log.error("%s; this message uses the shipped template%s", where, about)

    def _located(self, name: str, error: Exception) -> str:
        """Return the reason of a failure behind its file and line."""
        path = self._path(name)
        line = template_errors.line_of(error, path)
        place = f"{path}:{line}" if line else str(path)
        return f"{place}: {template_errors.reason(error)}"

    def _path(self, name: str) -> Path:
        own = self._folder / name if self._folder else None
        return own if own and own.is_file() else shipped.config() / "templates" / name


def _environment(*folders: Path) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader(
            [jinja2.FileSystemLoader(folder) for folder in folders]
        ),
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


def _address(words: dict[str, Any]) -> str:
    """Return the address of the article that a template is given; may be empty."""
    address = words.get("url") or getattr(words.get("article"), "url", "")
    return address if isinstance(address, str) else ""


def _escaped(value: object) -> Markup:
    """Return any value as Markup, escaped for Telegram, so that Jinja2 does not escape it again."""
    return value if isinstance(value, Markup) else markup.shown(value)


def _names(names: Sequence[str]) -> Markup:
    """Return names in bold as a sentence lists them: “A, B and 3 more”."""
    bold = [Markup("<b>{}</b>").format(_escaped(name)) for name in names]
    return markup.enumerated(bold, NAMED)


def _rendered(
    environment: jinja2.Environment, name: str, words: dict[str, Any]
) -> markup.Marked:
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
