"""HTML that strayed into words, taken out: tags as they are written, before anything is decoded.

Decodes nothing. `&lt;video&gt;` is a word that a text is about, and stays; so do `5 < 6`,
`List<String>` and `<your name>`, which are no tags of HTML.
"""

from __future__ import annotations

import re

_FLAGS_ALONE = (
    "allowfullscreen|async|autoplay|checked|controls|defer|disabled|hidden|itemscope|loop|muted|nowrap|open|playsinline|"
    "required|reversed|selected"
)
_VALUE = r"""(?:"[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'<>]+)"""
_ATTRIBUTE = rf"\s+(?:[\w:@.-]{{1,60}}\s?=\s?{_VALUE}|(?:{_FLAGS_ALONE}|data-[\w-]+))"
_ATTRIBUTES = rf"(?:{_ATTRIBUTE})*\s*"
_LINES = "br|li|tr|dt|dd"
_BLOCKS = (
    "p|div|ul|ol|dl|h[1-6]|blockquote|hr|table|section|article|figure|figcaption|pre|header|footer|main|aside|nav|"
    "address|details|summary|center|form|fieldset"
)
_OTHERS = (
    "b|i|u|s|a|em|strong|span|img|font|sup|sub|small|mark|code|td|th|thead|tbody|tfoot|caption|col|colgroup|picture|"
    "source|iframe|video|audio|track|abbr|acronym|cite|q|del|ins|kbd|var|samp|tt|time|big|strike|dfn|bdi|bdo|wbr|ruby|rt|"
    "rp|label|button|input|object|embed|param|canvas|map|area|noscript|template|html|body|head|meta|link"
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.IGNORECASE | re.DOTALL)
_LINE = re.compile(rf"</?(?:{_LINES}){_ATTRIBUTES}/?>", re.IGNORECASE)
_BLOCK = re.compile(rf"</?(?:{_BLOCKS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_OTHER = re.compile(rf"</?(?:{_OTHERS}){_ATTRIBUTES}/?>", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<(script|style)\b[^<>]*>.*?(?:</\1\s*>|\Z)|<(svg|math|template|noscript)\b[^<>]*>.{0,5000}?</\2\s*>|<!--.*?(?:-->|\Z)"
    r"|<\?(?:xml|php)\b[^<>]*>|<!doctype\b[^<>]*>|<!\[(?:if|endif)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
#: A tag of somebody's own, such as `<amp-img src="…">` or `<o:p></o:p>`: it has attributes, or is
#: closed.
_OWN = re.compile(
    rf"<([a-z][a-z0-9]*[-:][\w:-]*)(?:(?:{_ATTRIBUTE})+\s*/?>|\s*/>|\s*>(?=.{{0,2000}}?</\1>))",
    re.DOTALL,
)
_OWN_END = re.compile(r"</[a-z][a-z0-9]*[-:][\w:-]*\s*>")
#: A tag that was cut off with the text.
_CUT = re.compile(
    rf"<(?:{_LINES}|{_BLOCKS}|{_OTHERS})\s+[\w:-]{{1,60}}\s?=[^<>]*\Z", re.IGNORECASE
)
_PAIRS = (
    "b|i|u|s|em|strong|span|sup|sub|small|mark|a|code|abbr|cite|q|del|ins|kbd|var|samp|tt|font|big|time|bdi|"
    "p|div|h[1-6]"
)
_PAIR = re.compile(rf"<({_PAIRS}){_ATTRIBUTES}>([^<>]*)</\1\s*>", re.IGNORECASE)
_BREAK = re.compile(r"(?<=\S)<br\s*/?>|<br\s*/?>(?=\S)", re.IGNORECASE)
_EMPTY_LINES = re.compile(r"\n{3,}")


def unwrapped(text: str) -> str:
    """Return `text` with what stands in `<![CDATA[…]]>` in its place."""
    if "<![" not in text:
        return text
    return _CDATA.sub(r"\1", text)


def without_tags(text: str) -> str:
    """Return `text` without its HTML tags; what ends a block in HTML ends a paragraph here."""
    if "<" not in text:
        return text
    text = _HIDDEN.sub("", unwrapped(text))
    text = _LINE.sub("\n", text)
    text = _BLOCK.sub("\n\n", text)
    if "-" in text or ":" in text:
        text = _OWN.sub("", text)
        text = _OWN_END.sub("", text)
    text = _OTHER.sub("", text)
    text = _CUT.sub("", text)
    lines = [" ".join(line.split()) for line in text.split("\n")]
    text = "\n".join(lines)
    return _EMPTY_LINES.sub("\n\n", text).strip()


def without_inline(text: str) -> str:
    """Return a title without pairs of tags such as `<em>…</em>`.

    A lone `<p>` is what the title is about, and stays.
    """
    if "<" not in text:
        return text
    text = _HIDDEN.sub("", unwrapped(text))
    text = _BREAK.sub(" ", text)
    while "</" in text:
        without = _PAIR.sub(r"\2", text)
        if without == text:
            break
        text = without
    return text
