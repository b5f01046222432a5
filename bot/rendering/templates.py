"""Templates: the operator's own first, then the shipped ones; checked at start. Knows no article and no reader.

Every value a template shows is escaped, and begins no command, mention or tag (`inert`) unless it is Markup. Templates
run in Jinja2's sandbox: a template is text, not a program. One that fails on something the samples did not foresee is
replaced by the shipped one for that message, and logged: a post is worth more than its layout.
"""

from __future__ import annotations

import copy
import difflib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from bot import shipped
from bot.domain import plain_text
from bot.domain.topics import Taxonomy
from bot.errors import TemplateBroken
from bot.rendering import inert, markup, samples

#: How many names a sentence lists.
NAMED = 10
#: Whom a reply may speak to: a person, a group, a thread of a forum.
AUDIENCES = ("", "group", "thread")
_ENDING = ".html.j2"
_EMPTY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_LINE_ENDS = re.compile(r"[ \t]+\n")
#: Failures that are kept until somebody asks.
BROKEN = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broken:
    """An operator's own template that failed at work."""

    #: Its name below the folder.
    template: str
    #: 0: not known.
    line: int
    reason: str
    #: The address of the article that was to be shown; may be empty.
    address: str


class Templates:
    """The words of one Paperboy."""

    def __init__(self, folder: Path | None, taxonomy: Taxonomy) -> None:
        """Take templates from `folder` where it has them, else the shipped ones; None: the shipped ones only."""
        self.taxonomy = taxonomy
        self._folder = folder
        self._shipped = _environment(shipped.config() / "templates")
        self._own = _environment(folder, shipped.config() / "templates") if folder else self._shipped
        self._audience = ""
        #: Shared with the copies that `spoken_to` makes.
        self._broken: dict[Broken, None] = {}
        self._known: set[tuple[str, int, str]] = set()

    def take_broken(self) -> list[Broken]:
        """Return what failed of the operator's own templates since this was last asked, each article once."""
        taken = list(self._broken)
        self._broken.clear()
        return taken

    def spoken_to(self, audience: str) -> Templates:
        """Return these templates speaking to a "group", a "thread" of a forum, or one person (empty): `group`."""
        if audience == self._audience:
            return self
        other = copy.copy(self)
        other._audience = audience
        return other

    def check(self) -> None:
        """Compile every template and render it with samples. Raises TemplateBroken, one line naming file and line."""
        for name in sorted(set(self._own.list_templates(filter_func=lambda name: name.endswith(_ENDING)))):
            try:
                self._own.get_template(name)
                for sample in samples.SAMPLES.get(name.removesuffix(_ENDING), ()):
                    for audience in AUDIENCES:
                        _rendered(self._own, name, sample | {"group": audience})
            except Exception as error:  # a template can raise anything
                raise TemplateBroken(self._told(name, error)) from error

    def render(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the template `name` (without its ending) filled with `words`, by the variables it documents."""
        if self._own is not self._shipped:
            try:
                return _rendered(self._own, name + _ENDING, words | {"group": self._audience})
            except Exception as error:  # a template can raise anything
                self._note(name + _ENDING, error, _address(words))
        return self.render_shipped(name, words)

    def render_shipped(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Do as `render`, but with the shipped template: for where an operator's own leaves no room for the words.

        Raises TemplateBroken, one line naming template and line.
        """
        try:
            return _rendered(self._shipped, name + _ENDING, words | {"group": self._audience})
        except Exception as error:
            path = shipped.config() / "templates" / (name + _ENDING)
            line = _line_of(error, path)
            raise TemplateBroken(f"{path.name}:{line or 1}: {_reason(error)}") from error

    def _note(self, name: str, error: Exception, address: str) -> None:
        """Keep what failed for the editors, as much as they can read; log it once."""
        broken = Broken(name, _line_of(error, self._path(name)), _reason(error), address)
        if len(self._broken) < BROKEN:
            self._broken[broken] = None
        known = (broken.template, broken.line, broken.reason)
        if known not in self._known:
            self._known.add(known)
            about = f" (for {address})" if address else ""
            _log.error("%s; this message uses the shipped template%s", self._told(name, error), about)

    def _told(self, name: str, error: Exception) -> str:
        path = self._path(name)
        line = _line_of(error, path)
        return f"{path}:{line}: {_reason(error)}" if line else f"{path}: {_reason(error)}"

    def _path(self, name: str) -> Path:
        own = self._folder / name if self._folder else None
        return own if own and own.is_file() else shipped.config() / "templates" / name


def unused(folder: Path) -> list[tuple[str, str]]:
    """Return the files in an operator's folder that nothing renders or includes, each with the name it may stand for.

    The second is empty where no shipped name is near. Raises TemplateBroken for a template that does not compile.
    """
    own = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    shipped_ones = jinja2.FileSystemLoader(shipped.config() / "templates").list_templates()
    known = {*shipped_ones, *_included(folder, [name for name in own if name.endswith(_ENDING)])}
    strange = (name for name in own if name not in known and not name.endswith("~"))
    missing = [name for name in shipped_ones if name not in own]
    return [(name, _nearest(name, missing)) for name in strange if not any(p.startswith(".") for p in name.split("/"))]


def _included(folder: Path, names: Sequence[str]) -> set[str]:
    """Return the names of the templates that these include, import or extend."""
    environment = jinja2.Environment(autoescape=True)
    found: set[str] = set()
    for name in names:
        try:
            tree = environment.parse((folder / name).read_text(encoding="utf-8"))
        except (jinja2.TemplateError, UnicodeDecodeError) as error:
            raise TemplateBroken(f"{folder / name}: {_reason(error)}") from error
        found.update(one for one in meta.find_referenced_templates(tree) if one)
    return found


def _nearest(name: str, names: Sequence[str]) -> str:
    """Return the one of `names` that a file was probably meant to have, whatever its folder and ending; or empty."""
    plain = {one: one.removesuffix(_ENDING).rpartition("/")[2] for one in names}
    word = name.rpartition("/")[2].partition(".")[0].lower()
    near = difflib.get_close_matches(word, plain.values(), 1, 0.7)
    return next((one for one in names if near and plain[one] == near[0]), "")


def _environment(*folders: Path) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder) for folder in folders]),
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
    """Return the address of the article that a template is given, if it is about one."""
    found = words.get("url") or getattr(words.get("article"), "url", "")
    return found if isinstance(found, str) else ""


def _escaped(value: object) -> Markup:
    """Return any value as inert words, escaped for Telegram; Jinja2's own escaping then finds nothing left to do."""
    return value if isinstance(value, Markup) else markup.shown(value)


def _names(names: Sequence[str]) -> Markup:
    """Return names in bold as they are listed in a sentence; many end in how many more there are."""
    told = [f"<b>{_escaped(name)}</b>" for name in names[:NAMED]]
    if len(names) > NAMED:
        told.append(f"{len(names) - NAMED} more")
    listing = " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))
    return Markup(listing)  # noqa: S704 - names are escaped above


def _rendered(environment: jinja2.Environment, name: str, words: dict[str, Any]) -> markup.Marked:
    text = _TAG.sub(_as_given, environment.get_template(name).render(words))
    marked = markup.measure(_EMPTY_LINES.sub("\n\n", _LINE_ENDS.sub("\n", text)).strip())
    if not marked.text.strip():
        raise markup.MarkupError("it shows no words at all")
    return marked


def _as_given(tag: re.Match[str]) -> str:
    """Return a tag whose address is as it was: the words in it are not read by anybody."""
    return tag[0].replace(inert.JOINER, "")


def _line_of(error: Exception, path: Path) -> int:
    """Return the line in the template at `path` where `error` arose, or 0."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    if isinstance(error, markup.MarkupError):
        return _line_with(path, error.tag)
    line, trace = 0, error.__traceback__
    while trace is not None:  # Jinja2 writes a template's own file and line into the traceback
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _line_with(path: Path, tag: str) -> int:
    if not tag:
        return 0
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if re.search(rf"</?{re.escape(tag)}\b", line, re.I)), 0)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return " ".join(str(error).split()) or type(error).__name__
