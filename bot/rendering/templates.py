"""Templates: the operator's own first, then the shipped ones. Knows no article and no reader.

Every value that a template shows is escaped, and is no command, mention or tag (`inert`) unless it
is Markup. Templates run in Jinja2's sandbox: a template is text, not a program. All are checked
with samples at the start; for a message on which an operator's template fails later, the shipped
template is used and the failure is logged and reported.
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
#: Whom a reply addresses: a person, a group, a thread of a forum.
AUDIENCES = ("", "group", "thread")
_ENDING = ".html.j2"
_EMPTY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<[^<>]*>")
_LINE_ENDS = re.compile(r"[ \t]+\n")
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
        names = self._own.list_templates(
            filter_func=lambda name: name.endswith(_ENDING)
        )
        for name in sorted(set(names)):
            try:
                self._check(name)
            except Exception as error:  # a template can raise anything
                raise TemplateBroken(self._located(name, error)) from error

    def _check(self, name: str) -> None:
        self._own.get_template(name)
        for sample in samples.SAMPLES.get(name.removesuffix(_ENDING), ()):
            for audience in AUDIENCES:
                _rendered(self._own, name, sample | {"group": audience})

    def render(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the template `name` (without its ending) filled with `words`, its variables."""
        if self._own is not self._shipped:
            try:
                return _rendered(
                    self._own, name + _ENDING, words | {"group": self._audience}
                )
            except Exception as error:  # a template can raise anything
                self._note(name + _ENDING, error, _address(words))
        return self.render_shipped(name, words)

    def render_shipped(self, name: str, words: dict[str, Any]) -> markup.Marked:
        """Return the shipped template filled with `words`; for when the operator's leaves no room.

        Raises TemplateBroken, one line with template and line.
        """
        try:
            return _rendered(
                self._shipped, name + _ENDING, words | {"group": self._audience}
            )
        except Exception as error:
            path = shipped.config() / "templates" / (name + _ENDING)
            line = _line_of(error, path)
            raise TemplateBroken(
                f"{path.name}:{line or 1}: {_reason(error)}"
            ) from error

    def _note(self, name: str, error: Exception, address: str) -> None:
        """Keep a failure for the editors, up to BROKEN; log it once."""
        broken = Broken(
            name, _line_of(error, self._path(name)), _reason(error), address
        )
        if len(self._broken) < BROKEN:
            self._broken[broken] = None
        known = (broken.template, broken.line, broken.reason)
        if known not in self._known:
            self._known.add(known)
            about = f" (for {address})" if address else ""
            where = self._located(name, error)
            _log.error("%s; this message uses the shipped template%s", where, about)

    def _located(self, name: str, error: Exception) -> str:
        """Return the reason of a failure behind its file and line."""
        path = self._path(name)
        line = _line_of(error, path)
        return (
            f"{path}:{line}: {_reason(error)}" if line else f"{path}: {_reason(error)}"
        )

    def _path(self, name: str) -> Path:
        own = self._folder / name if self._folder else None
        return own if own and own.is_file() else shipped.config() / "templates" / name


def unused(folder: Path) -> list[tuple[str, str]]:
    """Return the files in an operator's folder that nothing uses, each with a similar shipped name.

    The shipped name is empty if none is similar. Raises TemplateBroken for a template that does
    not compile.
    """
    own = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )
    shipped_ones = jinja2.FileSystemLoader(
        shipped.config() / "templates"
    ).list_templates()
    known = {
        *shipped_ones,
        *_included(folder, [name for name in own if name.endswith(_ENDING)]),
    }
    missing = [name for name in shipped_ones if name not in own]
    strange = [name for name in own if name not in known and not _is_hidden(name)]
    return [(name, _nearest(name, missing)) for name in strange]


def _is_hidden(name: str) -> bool:
    """Return True for editors' backups, and for what lies in a hidden folder or is hidden."""
    return name.endswith("~") or any(part.startswith(".") for part in name.split("/"))


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
    """Return the most similar of `names`, without regard to folder and ending; may be empty."""
    by_word: dict[str, str] = {}
    for one in names:
        by_word.setdefault(one.removesuffix(_ENDING).rpartition("/")[2], one)
    word = name.rpartition("/")[2].partition(".")[0].lower()
    near = difflib.get_close_matches(word, by_word, 1, 0.7)
    return by_word[near[0]] if near else ""


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


def _line_of(error: Exception, path: Path) -> int:
    """Return the line of the template at `path` that raised `error`, or 0."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    if isinstance(error, markup.MarkupError):
        return _line_with(path, error.tag)
    line = 0
    trace = error.__traceback__
    while (
        trace is not None
    ):  # Jinja2 puts a template's file and line into the traceback
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _line_with(path: Path, tag: str) -> int:
    if not tag:
        return 0
    pattern = re.compile(rf"</?{re.escape(tag)}\b", re.IGNORECASE)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    for number, line in enumerate(lines, 1):
        if pattern.search(line):
            return number
    return 0


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8"
    return " ".join(str(error).split()) or type(error).__name__
