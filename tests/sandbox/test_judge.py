"""The two judges of texts: TDLib and our subset say the same of what a bot sends, mistakes included."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import judge as judges
from bot.sandbox.judge import Judge, Subset
from bot.sandbox.refusals import Refusal
from bot.sandbox.tdlib import Tdlib
from tests.support.examples import examples

TDLIB = Judge(Tdlib())
SUBSET = Judge(Subset())

ACCEPTED = [
    "plain",
    "<b>bold</b> <strong>x</strong> <i>i</i><em>e</em> <u>u</u><ins>i</ins> <s>s</s><strike>k</strike><del>d</del>",
    "<tg-spoiler>a</tg-spoiler> <span class='tg-spoiler'>b</span>",
    "<b>1<i>2<u>3<s>4<tg-spoiler>5</tg-spoiler></s></u></i></b>",
    "<b>x<a href='http://a.b'>a</a>y</b>",
    "<b>a<i>b</i>c</b>",
    "<i><b>ab</b></i>",
    "<b>a</b><b>b</b>",
    "<b>a</b> <b>b</b>",
    "<b></b>x",
    "<blockquote>a<b>b</b></blockquote>c",
    "<b>a<blockquote>q</blockquote>c</b>",
    "<blockquote>a<blockquote>b</blockquote></blockquote>",
    "<blockquote expandable>q</blockquote>",
    "<a href='http://x.y'>x <code>c</code> y</a>",
    "<code><a href='http://x.y'>x</a></code>",
    "<a href='http://x.y'><code>x</code></a>",
    "<a href='http://a.b'>x<a href='http://c.d'>y</a>z</a>",
    '<pre><code class="language-python">x</code></pre>',
    '<pre><code class="language-python">x</code>y</pre>',
    '<code class="language-python">x</code>',
    "<pre>a<b>c</b></pre>",
    "<a href='http://x.y'>x<b>b<blockquote>y</blockquote></b></a>",
    "<a href='http://x.y'>x<code>c</code><blockquote>y</blockquote></a>",
    "<b>pre <code>c</code> x</b>",
    "  <b> x </b> \n",
    "\n x <b>y</b>",
    "<b> </b>",
    " \x00a\tb\r\nc",
    "\u202eab\u2028c<b>\rx</b>",
    "😀<b>ж😀</b>#тег",
    "&lt b&amp;&nbsp;&#65;&#x41&#x41;&quot",
    "AT&T ?a=1&b=2 &copy; &#0; &#x110000;",
    '<a href="http://x.y?a=1&lt=2">k</a>',
    '<a href="http://x.y/a b">k</a>',
    "<a>x.com</a>",
    "<a href=x.com>d</a>",
    "<a href=''>x</a>",
    "<A HREF='http://x.y'>d</A>",
    "<b x=1 y>d</b>",
    "<b>a</>",
    "<a href='http://x.y'>#tag</a> <code>/x @name</code>",
    "<b>#AI x</b> /topic@some_bot see http://x.com/a_(b). foo@b.co @alice x.com, README.md",
    "(https://example.org/a?b=c#d) https://en.wikipedia.org/wiki/X_(y) https://x.org/a,b.",
    "#1 #a1 C++ #C++ a#b ##x #a-b #tag@chan $AAPL $x",
    "#a#b ##a #c##d #_ #_1 #_a #été #ИИ #人工 #machine\u200clearning #a.b "
    "#" + "x" * 300,
    "/123 /topic_AI x/y /Тема /a/b /a. (/help) /start@some_bot /a-b",
    "@ab @abcde. x@abcd (@alice) 3.14 v1.2.3 node.js e.g. U.S. ASP.NET 12:34",
    'http://x.com/a\'b http://x.com/"q" «http://x.com» http://x.com/#frag,and;more. https://x.com?',
]
REFUSED = [
    "<p>x</p>",
    "5 < 6 ",
    "жж<p>x</p>",
    "<br/>",
    "a<b",
    "<b x",
    "<b x=",
    "<b x='",
    "<b x='y'",
    "<b ='x'>d</b>",
    "a </b>",
    "</",
    "</b",
    "<b>x",
    "<b>x</b",
    "<b>x</i>",
    "<b>ab<i>cd</b>",
    "<span>x</span>",
    "<span class='x'>x</span>",
    "<a href=https://x.y>d</a>",
    "<tg-emoji emoji-id='x'>a</tg-emoji>",
]
LINKS = [
    "http://localhost/",
    "ftp://x.y",
    "foo",
    "javascript:x",
    "data:text/html,x",
    "tel:123",
    "http://x.y:99999/",
    "http:// x.y",
    " http://x.y",
    "http://",
    "//x.y",
    "/x",
    "http://exa mple.com/a b",
    "tg://resolve?domain=x",
    "HTTP://EXample.COM",
    "http://x.y?a=<>",
    "http://127.0.0.1:80/",
    "http://[::1]/",
    "пример.рф",
    "http://user:pass@x.y/",
    "https://x.y:443/#a?b",
    "mailto:a@b.c",
    "x.y:80",
    "http://x.y:/",
    "http://x.y?a b",
]


def verdict(judge: Judge, html: str) -> object:
    try:
        judged = judge.read(html, "HTML")
    except Refusal as no:
        return no.description
    return judged.text, judged.entities


@pytest.mark.parametrize("html", ACCEPTED)
def test_both_judges_read_the_same(html: str) -> None:
    assert isinstance(verdict(TDLIB, html), tuple)
    assert verdict(SUBSET, html) == verdict(TDLIB, html)


@pytest.mark.parametrize("html", REFUSED)
def test_both_judges_refuse_in_the_same_words(html: str) -> None:
    assert str(verdict(TDLIB, html)).startswith("Bad Request: can't parse entities: ")
    assert verdict(SUBSET, html) == verdict(TDLIB, html)


@pytest.mark.parametrize("address", LINKS)
def test_both_judges_keep_and_drop_the_same_links(address: str) -> None:
    html = f'<a href="{address.replace("<", "&lt;").replace(">", "&gt;")}">t</a>'
    assert verdict(SUBSET, html) == verdict(TDLIB, html)


TAGS = ["b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler", "a", "br", ""]
PIECES = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            '<a href="http://x.y/z">',
            "&amp;",
            "&lt",
            "&#x41;",
            "&",
            "<",
            " ",
            "\n",
            "😀",
            "é",
            "\r",
            "ж",
        ]
    ),
    st.sampled_from(["one", "Two", "3"]),
)


@examples(150)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_soup_of_tags_divides_the_judges(html: str) -> None:
    assert verdict(SUBSET, html) == verdict(TDLIB, html)


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tag = st.sampled_from(
        [
            "b",
            "i",
            "u",
            "s",
            "code",
            "pre",
            "blockquote",
            "tg-spoiler",
            'a href="http://x.y/"',
        ]
    )
    wrapped = st.builds(
        lambda tag, text: f"<{tag}>{text}</{tag.split()[0]}>", tag, inner
    )
    return st.one_of(
        wrapped, st.builds("".join, st.lists(inner, min_size=1, max_size=3))
    )


@examples(150)
@given(
    st.recursive(
        st.sampled_from(["x", "yz", "😀", " ", "#tag ", "\n"]), nested, max_leaves=12
    )
)
def test_no_nesting_divides_the_judges(html: str) -> None:
    assert verdict(SUBSET, html) == verdict(TDLIB, html)


def test_a_hundred_entities_are_kept_and_the_rest_cut_in_silence() -> None:
    judged = SUBSET.read("<b>x</b> " * 150, "HTML")
    assert len(judged.entities) == 100
    assert judged.text.count("x") == 150


def test_entities_given_instead_of_marked_are_kept() -> None:
    bold = {"type": "bold", "offset": 2, "length": 3}
    for judge in (SUBSET, TDLIB):
        assert judge.marked("a bcd e", [bold]).entities == (bold,)


def test_the_subset_reads_no_markdown() -> None:
    with pytest.raises(Refusal, match="unsupported parse_mode"):
        SUBSET.read("*x*", "MarkdownV2")
    assert TDLIB.read("*x*", "MarkdownV2").entities[0]["type"] == "bold"


def test_tdlib_judges_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert judges.best().name == "tdlib"
    monkeypatch.setitem(__import__("sys").modules, "bot.sandbox.tdlib", None)
    assert judges.best().name == "subset"
