"""Words from files, made fit to be shown: repaired, measured, cut. Knows no markup and no article.

Repair is ftfy's (double encoding, HTML entities); what Telegram strips or what would turn a text
around is stripped here, joiners are kept because family emoji and Persian need them
(docs/architecture.md, Posts).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import ftfy
from ftfy import fixes

# Entities are decoded here, in counted rounds: ftfy goes on until nothing changes, which a text
# nested for the purpose turns into minutes. Full-width forms stay: they are how Chinese and
# Japanese write a comma.
_CONFIG = ftfy.TextFixerConfig(
    uncurl_quotes=False,
    unescape_html=False,
    fix_character_width=False,
    normalization="NFC",
    explain=False,
)
#: `&amp;amp;lt;` has three; more is nobody's mistake.
_ENTITY_ROUNDS = 4
_REPAIR_ROUNDS = 4
# Controls but line feed and tab; soft hyphens; bidi embeddings, overrides and isolates; U+200B,
# U+2060, U+FEFF; line and paragraph separators; surrogates and non-characters.
_STRIPPED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u2060-\u2064\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANK = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_WORD = re.compile(r"[\W_]+")
_WORDS = {
    code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)
}
# Printable ASCII without an ampersand, and what typesetters add: nothing to repair, since no double
# encoding leaves these alone (in each of the encodings it goes through, all of them begin a
# character or all of them go on with one).
_PLAIN = re.compile(r"[ -%'-~\n‘’“”–—…]*")


def repair(text: str) -> str:
    """Return `text` on one line, repaired.

    Entities are decoded, mojibake is undone, NFC, nothing invisible.
    """
    return text if _is_tidy(text) else _settled(text, _one_line)


def paragraphs(text: str) -> str:
    """Return `text` like `repair`, but keep its line breaks, at most one empty line in a row."""
    return text if _is_tidy(text) else _settled(text, _lines)


def title_key(title: str) -> str:
    """Return what titles are compared by: letters and digits in one case, single spaces.

    See docs/architecture.md, Identity.
    """
    if title.isascii():
        return " ".join(title.translate(_WORDS).split())
    one_case = unicodedata.normalize("NFKC", title).casefold()
    folded = unicodedata.normalize("NFKC", one_case)
    return _NOT_WORD.sub(" ", folded).strip()


def counted(count: int, noun: str) -> str:
    """Return a count with its noun: `1 file`, `2 files`, `0 deliveries`."""
    if count == 1:
        return f"1 {noun}"
    has_vowel_before_y = noun[-2:-1] in "aeiou"
    if noun.endswith("y") and not has_vowel_before_y:
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}s"


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, which Telegram counts in."""
    if text.isascii():
        return len(text)
    encoded = text.encode("utf-16-le", "surrogatepass")
    return len(encoded) // 2


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-16 units, cut at a word and ended by `…`.

    Never cut inside joined characters.
    """
    if units(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = _within(text, limit - 1)
    while end > 0 and _joins(text, end):
        end -= 1
    cut = text[:end]
    if not text[end].isspace():
        cut = _at_word(cut)
    return cut.rstrip(" \n,;:–—-.\u200d") + "…"  # a joiner at the end joins nothing


def _is_tidy(text: str) -> bool:
    """Return True if `text` is certainly one line that `repair` would not change: most are."""
    if "  " in text or "\n" in text or text != text.strip(" "):
        return False
    if text.isascii():
        return text.isprintable() and "&" not in text
    return _PLAIN.fullmatch(text) is not None


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> str:
    lines = map(_one_line, text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _settled(text: str, tidy: Callable[[str], str]) -> str:
    """Return `text` repaired and tidied until nothing changes.

    Each step may reveal something for the other.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _PLAIN.fullmatch(text):
        return tidy(text)
    for _ in range(_REPAIR_ROUNDS):
        before = text
        text = tidy(_repaired(before))
        if text == before:
            break
    return text


def _repaired(text: str) -> str:
    text = _without_entities(_SURROGATES.sub("", text))
    text = ftfy.fix_text(text, _CONFIG)
    text = _STRIPPED.sub("", text)
    text = unicodedata.normalize("NFC", text)
    return _BLANK.sub(" ", text)


def _without_entities(text: str) -> str:
    """Return a text with its entities decoded; nested too deep, they lose their ampersands."""
    for _ in range(_ENTITY_ROUNDS + 1):
        before = text
        text = fixes.unescape_html(before)
        if text == before:
            return text
    return before.replace("&", "")


def _within(text: str, limit: int) -> int:
    """Return how many characters of `text`, which is longer, fit into `limit` UTF-16 units."""
    end = used = 0
    while used <= limit:
        used += 2 if text[end] > "\uffff" else 1
        end += 1
    return end - 1


def _joins(text: str, at: int) -> bool:
    """Return True if a cut before `text[at]` splits what is read as one character.

    That is a joiner, mark, skin tone, tag or flag.
    """
    before, after = text[at - 1], text[at]
    return (
        "\u200d" in (before, after)
        or after == "\u200c"
        or unicodedata.category(after) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or (_is_flag_half(after) and _flag_halves(text, at) % 2 == 1)
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves(text: str, at: int) -> int:
    """Return how many regional indicators stand directly before `at`.

    A cut after an odd number would split a flag.
    """
    start = at
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return at - start


def _at_word(cut: str) -> str:
    """Return `cut` without its last, broken word.

    Unless that would lose a third of it, as in a script without spaces.
    """
    last_space = cut.rfind(" ")
    space = max(last_space, cut.rfind("\n"))
    shortest = len(cut) * 2 // 3
    return cut[:space] if space > shortest else cut
