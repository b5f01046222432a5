"""Fields that could not be read → a warning with field, line and value.

Reads no article from them. The article goes out without such a field (docs/architecture.md, The
life of an article). Costs next to nothing where every field could be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bot.domain import plain_text, urls
from bot.domain.article import Article
from bot.feed.fields import Field, FieldKeys, Values
from bot.feed.values import flag

#: UTF-16 units of a value in a warning.
SHOWN = 40
#: Characters of a document in which a field's line is searched for.
_SEARCHED = 200_000

#: Returns True if a value of a field was read, by the article that was made of it.
_WasRead = Callable[[object, Article], bool]


class _Check(NamedTuple):
    """What is wrong with a field whose value could not be read."""

    field: FieldKeys
    fault: str
    was_read: _WasRead


def of(values: Values, article: Article, text: str, lines_before: int = 0) -> str:
    """Return what could not be read of a document's fields, or nothing.

    `text` is the document; it names the lines.
    """
    warnings = []
    for field, fault, was_read in _CHECKS:
        value = field.of(values)
        if value is None or was_read(value, article):
            continue
        key = field.key_in(values)
        line = _line(key, text, lines_before)
        shown = _shown(value)
        warning = f"{line}{key}: {shown}{fault}, so it was left out"
        warnings.append(warning)
    return "; ".join(warnings)


def _is_zero(value: object) -> bool:
    """Return True for a number that rounds to 0."""
    if not isinstance(value, str):
        return False
    try:
        return abs(float(value)) < 1
    except ValueError:
        return False


def _is_flag(value: object, article: Article) -> bool:
    return flag(value) is not None


def _is_address(value: object, article: Article) -> bool:
    if value == article.url:
        return True
    return urls.link(value) is not None


def _is_a(*types: type) -> _WasRead:
    """Return the check of a value that only has to have one of some types."""
    return lambda value, article: isinstance(value, types)


_CHECKS = (
    _Check(
        Field.PUBLISHED,
        "is not a date",
        lambda value, article: article.published is not None,
    ),
    _Check(
        Field.EXPIRES,
        "is not a date",
        lambda value, article: article.expires is not None,
    ),
    _Check(
        Field.QUALITY,
        "is not a number",
        lambda value, article: article.quality != 0 or _is_zero(value),
    ),
    _Check(
        Field.HEAT,
        "is not a number",
        lambda value, article: article.heat != 0 or _is_zero(value),
    ),
    _Check(Field.IS_PUBLISHED, "is not yes or no", _is_flag),
    _Check(Field.REMOVED, "is not yes or no", _is_flag),
    _Check(Field.DRAFT, "is not yes or no", _is_flag),
    _Check(Field.TITLE, "is not text", _is_a(str)),
    _Check(Field.EXCERPT, "is not text", _is_a(str)),
    _Check(Field.KIND, "is not text", _is_a(str)),
    _Check(Field.PROVIDER, "is not a name", _is_a(str, dict)),
    _Check(Field.TOPICS, "names no topic", lambda value, article: bool(article.topics)),
    _Check(Field.RELATED, "is not a list of articles", _is_a(list, dict)),
    _Check(Field.IMAGES, "holds no picture", _is_a(str, list, dict)),
    _Check(Field.ADDRESS, "is not a web address", _is_address),
)


def _line(key: str, text: str, lines_before: int) -> str:
    """Return the line of a field in a document, as a warning names it."""
    name = re.escape(key)
    pattern = rf"^[ \t]*[\"']?{name}[\"']?[ \t]*:"
    start = text[:_SEARCHED]
    field = re.search(pattern, start, re.MULTILINE)
    if field is None:
        return ""
    before = text.count("\n", 0, field.start())
    number = lines_before + before + 1
    return f"line {number}: "


def _shown(value: object) -> str:
    """Return the value of a field as a warning shows it."""
    if not isinstance(value, str):
        return ""
    text = plain_text.repair(value[: 4 * SHOWN])
    start = plain_text.shorten(text, SHOWN)
    return f"“{start}” "
