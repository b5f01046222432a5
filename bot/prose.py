"""Words from files, made fit to be shown: repaired, measured, cut. Knows no markup and no article.

Repair is ftfy's (double encoding, HTML entities); what Telegram strips or what would turn a text around is stripped
here, joiners are kept because family emoji and Persian need them (design §4).
"""

from __future__ import annotations

import re
import unicodedata

import ftfy

_CONFIG = ftfy.TextFixerConfig(uncurl_quotes=False, unescape_html=True, normalization="NFC", explain=False)
# Controls but line feed; soft hyphens; bidi embeddings, overrides and isolates; U+200B, U+2060, U+FEFF; line and
# paragraph separators; surrogates and non-characters.
_STRIPPED = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u2060-\u2064\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_BLANK = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_NOT_WORD = re.compile(r"[\W_]+")


def repair(text: str) -> str:
    """Return `text` on one line as it was meant: entities decoded, mojibake undone, NFC, nothing invisible."""
    return " ".join(_clean(text).split())


def paragraphs(text: str) -> str:
    """Return `text` like `repair`, but keep its line breaks, at most one empty line in a row."""
    lines = [" ".join(line.split()) for line in _clean(text).replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def title_key(title: str) -> str:
    """Return what two titles are compared by: letters and digits in one case, single spaces (design §5)."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return _NOT_WORD.sub(" ", folded).strip()


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units, which Telegram's offsets and our budget count in."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` UTF-16 units, cut at a word and ended by `…`, never inside joined characters."""
    if units(text) <= limit:
        return text
    if limit < 1:
        return ""
    room = limit - 1
    end = used = 0
    for end, character in enumerate(text):  # noqa: B007 - where the room ends is what is asked
        used += 2 if character > "\uffff" else 1
        if used > room:
            break
    while end > 0 and _joins(text[end - 1], text[end]):
        end -= 1
    cut = text[:end]
    if not text[end].isspace():
        cut = _at_word(cut)
    return cut.rstrip(" \n,;:–—-.") + "…"


def _clean(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = ftfy.fix_text(text, _CONFIG)
    text = unicodedata.normalize("NFC", _STRIPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _BLANK.sub(" ", text)


def _joins(before: str, after: str) -> bool:
    """Say whether a cut here would part what is read as one: by a joiner, mark, selector, skin tone, tag or flag."""
    return (
        "\u200d" in (before, after)
        or unicodedata.combining(after) != 0
        or unicodedata.category(after) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or ("\U0001f1e6" <= before <= "\U0001f1ff" and "\U0001f1e6" <= after <= "\U0001f1ff")
    )


def _at_word(cut: str) -> str:
    """Return `cut` without its last, broken word, unless that would lose a third of it (a script without spaces)."""
    space = max(cut.rfind(" "), cut.rfind("\n"))
    return cut[:space] if space > len(cut) * 2 // 3 else cut
