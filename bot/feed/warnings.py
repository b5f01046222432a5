"""Fields that are there and could not be read → a warning with field, line and value.

Reads no article from them. The article goes out without such a field (docs/architecture.md, The
life of an article). Costs next to nothing where every field could be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from bot.domain import plain_text, urls
from bot.domain.article import Article
from bot.feed import fields

#: UTF-16 units of a value in a warning.
SHOWN = 40
#: Characters of a document in which a field's line is searched for.
_SEARCHED = 200_000

Values = Mapping[str, object]


def of(values: Values, article: Article, text: str, lines_before: int = 0) -> str:
    """Return what could not be read of a document's fields, or nothing.

    `text` is the document; it names the lines.
    """
    warnings = []
    for key, fault in _found(values, article):
        line = _line(key, text, lines_before)
        warnings.append(
            f"{line}{key}: {_shown(values[key])}{fault}, so it was left out"
        )
    return "; ".join(warnings)


def _found(values: Values, article: Article) -> Iterator[tuple[str, str]]:
    """Yield the fields that could not be read, and what is wrong with each."""
    for key, date in (
        ("publishedDateTime", article.published),
        ("expiryDate", article.expires),
    ):
        if date is None and values.get(key):
            yield key, "is not a date"
    for key, read in (("quality", article.quality), ("heat", article.heat)):
        if read == 0 and values.get(key) and not _is_nought(values[key]):
            yield key, "is not a number"
    for key in ("published", "removed", "draft"):
        if values.get(key) and fields.flag(values[key]) is None:
            yield key, "is not yes or no"
    for key, fault, is_read in _SHAPES:
        if values.get(key) and not is_read(values[key], article):
            yield key, fault


def _is_nought(value: object) -> bool:
    """Return True for a number that rounds to 0."""
    try:
        return isinstance(value, str) and abs(float(value)) < 1
    except ValueError:
        return False


def _is_text(value: object, article: Article) -> bool:
    return isinstance(value, str)


_SHAPES: tuple[tuple[str, str, Callable[[object, Article], bool]], ...] = (
    ("title", "is not text", _is_text),
    ("excerpt", "is not text", _is_text),
    ("type", "is not text", _is_text),
    ("provider", "is not a name", lambda value, article: isinstance(value, str | dict)),
    ("topics", "names no topic", lambda value, article: bool(article.topics)),
    (
        "related",
        "is not a list of articles",
        lambda value, article: isinstance(value, list | dict),
    ),
    (
        "images",
        "holds no picture",
        lambda value, article: isinstance(value, str | list | dict),
    ),
    (
        "webUrl",
        "is not a web address",
        lambda value, article: urls.both(value)[0] is not None,
    ),
)


def _line(key: str, text: str, lines_before: int) -> str:
    """Return the line of a field in a document, as a warning names it."""
    pattern = rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*:"
    field = re.search(pattern, text[:_SEARCHED], re.MULTILINE)
    if field is None:
        return ""
    return f"line {lines_before + text.count(chr(10), 0, field.start()) + 1}: "


def _shown(value: object) -> str:
    """Return the value of a field as a warning shows it."""
    if not isinstance(value, str):
        return ""
    return f"“{plain_text.shorten(plain_text.repair(value[: 4 * SHOWN]), SHOWN)}” "
