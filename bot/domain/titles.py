"""Which titles identify a story, and what their stories are compared by. Pure; knows no article.

(docs/architecture.md, Identity.)
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.domain import plain_text

#: Fewer words than this are too common a title to identify a story; so are fewer characters in a
#: script that puts no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese.
TITLE_WORDS = 6
TITLE_CHARACTERS = 12
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
#: How a newswire heads what it sends once more, as `plain_text.title_key` has it.
_REPEATED = re.compile(r"^(re ?transmission|r e p e a t) ")
_DIGIT = re.compile(r"\d")


def title_key(title: str) -> str:
    """Return a title as it is compared; empty if it is too short to identify a story."""
    key = plain_text.title_key(title)
    return key if is_distinctive(key) else ""


def story_key(title: str) -> str:
    """Return `title_key` without what newswires change when they repeat: it finds copies.

    The mark of a repetition is no part of the title, and letters that swapped places make no
    other word ("ISTM" for "ITSM"). Words with digits must be equal: a number is never a slip
    here.
    """
    key = _REPEATED.sub("", title_key(title))
    if not is_distinctive(key):
        return ""
    return " ".join(map(_without_order, key.split()))


def is_distinctive(title_key: str) -> bool:
    """Return True if a title, given by its key, is long enough to identify a story."""
    if title_key.count(" ") + 1 >= TITLE_WORDS:
        return True
    if title_key.isascii():
        return False
    return len(_WITHOUT_SPACES.findall(title_key)) >= TITLE_CHARACTERS


def is_without_spaces(text: str) -> bool:
    """Return True if a text holds characters of a script that puts no spaces between words."""
    return not text.isascii() and _WITHOUT_SPACES.search(text) is not None


@lru_cache(4_096)
def _without_order(word: str) -> str:
    """Return a word as it is compared: its letters in alphabetical order. Titles share words.

    The order counts in a word that holds a digit, and in what may be a whole sentence without
    spaces.
    """
    if _DIGIT.search(word) or is_without_spaces(word):
        return word
    return "".join(sorted(word))
