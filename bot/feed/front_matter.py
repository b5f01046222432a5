"""Front matter → plain values: text, None, lists and dicts with text keys.

Knows no field. python-frontmatter splits a document; its YAML is parsed to events, of which
`yaml_values` builds the values.
"""

from __future__ import annotations

import re
from typing import NoReturn

import yaml
from frontmatter.default_handlers import YAMLHandler

from bot.errors import ArticleError
from bot.feed import plain
from bot.feed.yaml_values import Builder, Value

#: libyaml's parser where PyYAML was built with it; both give the same events.
LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_OPENING = re.compile(r"-{3,}[ \t]*(?:\n|$)")
# Sought from the line's beginning before it: a search for `^` would try every character of the
# document.
_CLOSING = re.compile(r"\n((?:-{3,}|\.{3})[ \t]*)(?=\n|\Z)")
# What YAML forbids in a stream. C1 controls are what double encoding makes of quotation marks, so
# they pass the parser in a private plane and come out for the repair; so do the characters that
# YAML alone takes for line ends, which would make its line numbers differ from an editor's. The
# others are never meant.
_FORBIDDEN = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_HIDDEN = re.compile("[\x80-\x9f\u2028\u2029]")
_TO_PRIVATE = {code: 0xF0000 + code for code in (*range(0x80, 0xA0), 0x2028, 0x2029)}
_FROM_PRIVATE = {private: code for code, private in _TO_PRIVATE.items()}
# Part of either parser's message → what an author can fix, and whether the line where the error
# began says more than the line where it was noticed.
_STATEMENTS: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("mapping values",), "a value with a colon in it needs quotes", False),
    (("could not find expected",), "this is not a field: a colon is missing", True),
    (("end of stream",), "a quotation mark that is never closed", True),
    (
        ("tab character", "cannot start any token"),
        "a tab, or a character that a value can't begin with",
        False,
    ),
    (
        ("unknown escape",),
        "a backslash inside quotation marks needs a second one",
        False,
    ),
    (("' or '",), "a bracket that is never closed, or a comma missing inside it", True),
    (
        ("expected key", "block end", "'-' indicator"),
        "indented unlike the lines around it, or a stray mark",
        False,
    ),
)


class FrontMatter(YAMLHandler):
    """python-frontmatter's YAML handler with our own split and load.

    Raises ArticleError, never YAMLError. `lines_before` is the number of lines of the file before
    the text that is parsed.
    """

    def __init__(self, path: str, lines_before: int = 0) -> None:
        super().__init__()
        self._path = path
        self._offset = lines_before + 2  # the `---` line, and counting from one

    def split(self, text: str) -> tuple[str, str]:
        """Return front matter and body.

        A rule further down in a file without front matter is no front matter.
        """
        opening = _OPENING.match(text)
        if opening is None:
            is_unfinished = text in ("-", "--")
            raise ArticleError(
                self._path,
                "has no front matter: it does not begin with a line of ---",
                unfinished=is_unfinished,
            )
        closing = _CLOSING.search(text, opening.end() - 1)
        if closing is None:
            raise ArticleError(
                self._path,
                "its front matter is not closed: a second line of --- is missing",
                unfinished=True,
            )
        front_matter = text[opening.end() : closing.start(1)]
        body = text[closing.end() :]
        return front_matter, body

    def load(self, fm: str, **kwargs: object) -> dict[str, Value]:
        """Return the fields of the front matter `fm`: by `plain` where it can, else by PyYAML."""
        fields = plain.fields(fm)
        if fields is None:
            return self.load_yaml(fm)
        return fields

    def load_yaml(self, fm: str) -> dict[str, Value]:
        """Return the fields of the front matter `fm`, whatever of YAML it holds."""
        fm = _FORBIDDEN.sub("", fm)
        builder = Builder(self._refuse, {})
        if _HIDDEN.search(fm):
            builder = Builder(self._refuse, _FROM_PRIVATE)
            fm = fm.translate(_TO_PRIVATE)
        try:
            for event in yaml.parse(fm, Loader=LOADER):
                builder.take(event)
        except yaml.MarkedYAMLError as error:
            self._refuse(*_blame(error))
        except (yaml.YAMLError, UnicodeError, RecursionError, MemoryError) as error:
            raise ArticleError(
                self._path, "its front matter is not YAML", unfinished=True
            ) from error
        if isinstance(builder.root, dict):
            return builder.root
        if builder.root is None:
            return {}
        raise ArticleError(
            self._path, "its front matter holds no fields, such as title: …"
        )

    def _refuse(self, reason: str, line: int) -> NoReturn:
        """Raise for a problem in the front matter's line `line`, counted from zero.

        `reason` quotes nothing of it.
        """
        line += self._offset
        # The cause is dropped: its text quotes the file.
        raise ArticleError(
            self._path, f"bad YAML in line {line}: {reason}", unfinished=True, line=line
        ) from None


def _blame(error: yaml.MarkedYAMLError) -> tuple[str, int]:
    """Return what is wrong in an author's words and the line, from zero.

    PyYAML's own words may quote the file.
    """
    problem = error.problem or ""
    known = (
        (text, began)
        for fragments, text, began in _STATEMENTS
        if any(one in problem for one in fragments)
    )
    statement, where_it_began = next(known, ("it does not parse", False))
    mark = (
        (error.context_mark if where_it_began else None)
        or error.problem_mark
        or error.context_mark
    )
    return statement, mark.line if mark else 0
