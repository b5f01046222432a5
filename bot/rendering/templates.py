"""Templates: the operator's own first, then the shipped ones. Knows no article and no reader.

An operator's are checked with samples at the start; for a message on which one of them fails
later, the shipped template is used and the failure is logged and reported.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import shipped
from bot.domain.topics import Taxonomy
from bot.errors import TemplateBroken
from bot.rendering import markup, samples, template_errors
from bot.rendering.environment import environment, rendered

#: Whom a reply addresses: a person, a group, a thread of a forum.
AUDIENCES = ("", "group", "thread")
#: How the names of template files end.
ENDING = ".html.j2"
#: What a template holds that may address groups differently, itself or by another template.
_KNOWS_AUDIENCE = re.compile(r"\bgroup\b|\b(include|import|extends)\b")
#: Failures kept for the next report.
BROKEN = 100
_SHIPPED = shipped.config() / "templates"
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
        self._shipped = environment([_SHIPPED])
        self._own = self._shipped
        if folder:
            self._own = environment([folder, _SHIPPED])
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
        for name in self._own.list_templates():
            if not name.endswith(ENDING):
                continue
            try:
                self._check(name)
            except Exception as error:  # a template can raise anything
                located = template_errors.located(error, self._path(name))
                raise TemplateBroken(located) from error

    def _check(self, name: str) -> None:
        self._own.get_template(name)
        audiences = self._audiences(name)
        for sample in samples.SAMPLES.get(name.removesuffix(ENDING), ()):
            for audience in audiences:
                words = sample | {"group": audience}
                rendered(self._own, name, words)

    def _audiences(self, name: str) -> Sequence[str]:
        """Return the audiences that a template may address in different words."""
        source = self._path(name).read_text(encoding="utf-8")
        if _KNOWS_AUDIENCE.search(source):
            return AUDIENCES
        return AUDIENCES[:1]

    def render(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the template `name` (without its ending) filled with `words`, its variables."""
        if self._own is self._shipped:
            return self.render_shipped(name, words)
        file = name + ENDING
        addressed = words | {"group": self._audience}
        try:
            return rendered(self._own, file, addressed)
        except Exception as error:  # a template can raise anything
            self._note(file, error, _address(words))
            return self.render_shipped(name, words)

    def render_shipped(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the shipped template filled with `words`; for when the operator's leaves no room.

        Raises TemplateBroken, one line with template and line.
        """
        file = name + ENDING
        addressed = words | {"group": self._audience}
        try:
            return rendered(self._shipped, file, addressed)
        except Exception as error:
            path = _SHIPPED / file
            line = template_errors.line_of(error, path) or 1
            reason = template_errors.reason(error)
            raise TemplateBroken(f"{path.name}:{line}: {reason}") from error

    def _note(self, name: str, error: Exception, address: str) -> None:
        """Keep a failure for the editors, up to BROKEN; log it once."""
        path = self._path(name)
        line = template_errors.line_of(error, path)
        reason = template_errors.reason(error)
        if len(self._broken) < BROKEN:
            broken = Broken(name, line, reason, address)
            self._broken[broken] = None
        known = (name, line, reason)
        if known in self._known:
            return
        self._known.add(known)
        about = f" (for {address})" if address else ""
        located = template_errors.located(error, path)
        _log.error("%s; this message uses the shipped template%s", located, about)

    def _path(self, name: str) -> Path:
        if self._folder and (self._folder / name).is_file():
            return self._folder / name
        return _SHIPPED / name


def _address(words: dict[str, Any]) -> str:
    """Return the address of the article that a template is given; may be empty."""
    article = words.get("article")
    address = words.get("url") or getattr(article, "url", "")
    if not isinstance(address, str):
        return ""
    return address
