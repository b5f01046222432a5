"""HTML that strayed into words, taken out. Decodes nothing: `prose` did. `5 < 6` is no tag and stays."""

from __future__ import annotations

import re

_ATTRIBUTES = r"""(?:\s+[\w:-]{1,40}\s?=\s?(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))*\s*"""
_LINES = "br|li|tr"
_BLOCKS = "p|div|ul|ol|h[1-6]|blockquote|hr|table|section|article|figure|figcaption|pre"
_OTHERS = "b|i|u|s|a|em|strong|span|img|font|sup|sub|small|mark|code|td|th|tbody|thead|picture|source|iframe|video"
_LINE = re.compile(rf"</?(?:{_LINES}){_ATTRIBUTES}/?>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_OTHER = re.compile(rf"</?(?:{_OTHERS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(rf"<(b|i|u|em|strong|span|sup|sub|small|mark){_ATTRIBUTES}>([^<>]*)</\1>", re.IGNORECASE)


def without_tags(text: str) -> str:
    """Return `text` with its HTML tags taken out; what ends a block in HTML ends a paragraph here."""
    if "<" not in text:
        return text
    text = _BLOCK.sub("\n\n", _LINE.sub("\n", _HIDDEN.sub("", text)))
    text = _OTHER.sub("", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_inline(text: str) -> str:
    """Return a title without pairs of tags such as `<em>…</em>`. A lone `<p>` is what the title is about, and stays."""
    before = ""
    while text != before and "</" in text:
        before, text = text, _INLINE.sub(r"\2", text)
    return text
