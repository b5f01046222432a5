"""Addresses: anything may come in; what goes out opens, and one page has one identity."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import urls
from tests.support.examples import examples

PARTS = st.sampled_from(
    [
        *(
            "http://",
            "https://",
            "HTTPS://",
            "//",
            "example.com",
            "EXAMPLE.com",
            "amp.",
            "www.",
            "a",
            ".",
            "..",
            "/",
            "/amp",
        ),
        *(
            "/amp/",
            ".amp.html",
            "?",
            "&",
            "&amp;",
            "amp;",
            "amp=1",
            "utm_source=x",
            "fbclid=1",
            "q=%20",
            "#top",
            ":80",
        ),
        *(
            ":443",
            ":8080",
            "x-com.cdn.ampproject.org/c/s/",
            "google.com/amp/s/",
            "ü",
            "漢",
            "%",
            "%2F",
            "\\",
            "@",
            "user@",
        ),
        *(" ", "\t", "\n", "\ud800"),
    ]
)
ADDRESSES = st.one_of(st.text(max_size=50), st.lists(PARTS, max_size=14).map("".join))
ADDRESSES = st.one_of(
    ADDRESSES, ADDRESSES.map(lambda rest: "https://example.com/" + rest)
)
MANY = examples(400)


@MANY
@given(ADDRESSES)
@example("https://x.com/amp/amp/amp")
@example("https://amp.amp.x.com/")
@example("https://x.com/" + "a" * 2034)
@example("https://x.com/" + "ü" * 400)
def test_an_identity_is_its_own_identity_and_its_links(text: str) -> None:
    identity = urls.canonical(text)
    assert urls.canonical(urls.link(text)) == identity
    if identity is None:
        assert urls.link(text) is None
    else:
        assert urls.canonical(identity) == identity
        assert identity.startswith("https://")
        assert not identity.partition("?")[0].endswith("/")


@MANY
@given(ADDRESSES)
def test_a_link_opens_in_a_browser_as_it_stands(text: str) -> None:
    shown = urls.link(text)
    if shown is not None:
        assert shown.isascii()
        assert shown.isprintable()
        assert not set(shown) & set(' "<>')
        assert shown.startswith(("http://", "https://"))
        assert urls.link(shown) == shown
        assert "." in urls.host(shown)


@MANY
@given(ADDRESSES)
def test_http_and_https_are_one_identity(rest: str) -> None:
    assert urls.canonical("http://" + rest) == urls.canonical("https://" + rest)


@pytest.mark.parametrize("value", [None, 7, [], {}, b"https://x.com", True, 1.5])
def test_what_is_no_text_is_no_address(value: object) -> None:
    assert urls.link(value) is None
    assert urls.canonical(value) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/relative.png",
        "//host.example/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://host.example/",
        "file:///etc/passwd",
        "http://localhost/",
        "http://[::1]/",
        "https://user:secret@host.example/",
        "https://host.example:99999/",
        "https://exa mple.com/",
        "https://two..dots/",
        "https://",
        "mailto:a@host.example",
        "https://host.example/" + "a" * 3000,
    ],
)
def test_what_a_reader_can_not_open_is_refused(text: str) -> None:
    assert urls.link(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  https://Host.Example/a b ", "https://host.example/a%20b"),
        ("https://host.example/ü?q=ü", "https://host.example/%C3%BC?q=%C3%BC"),
        ("https://host.example/?a=1&amp;b=2", "https://host.example/?a=1&b=2"),
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://host.example/a\nb", "https://host.example/a%20b"),
    ],
)
def test_a_link_is_encoded_as_browsers_do(text: str, shown: str) -> None:
    assert urls.link(text) == shown


@pytest.mark.parametrize(
    "other",
    [
        "http://host.example/story",
        "https://HOST.example/story/",
        "https://host.example:443/story",
        "https://host.example./story",
        "https://host.example/story#comments",
        "https://host.example/story?utm_source=feed&fbclid=1",
        "https://host.example/story?amp",
        "https://host.example/story?outputType=amp",
        "https://host.example/story/amp/",
        "https://host.example/amp/story",
        "https://host.example/story.amp",
        "https://amp.host.example/story",
        "https://www.host.example/story",
        "https://host.example/./a/../%73tory",
        "https://host-example.cdn.ampproject.org/c/s/host.example/story?amp",
        "https://www.google.com/amp/s/host.example/story/amp",
    ],
)
def test_the_same_page_has_one_identity(other: str) -> None:
    assert urls.canonical(other) == "https://host.example/story"


def test_parameters_that_choose_a_page_stay_in_their_order() -> None:
    assert (
        urls.canonical("https://host.example/?p=2&utm_medium=x&id=1")
        == "https://host.example?p=2&id=1"
    )
    assert urls.canonical("https://host.example/a?id=1") != urls.canonical(
        "https://host.example/a?id=2"
    )


def test_an_amp_page_in_another_case_of_path_stays_another_page() -> None:
    assert urls.canonical("https://host.example/Story") != urls.canonical(
        "https://host.example/story"
    )


def test_a_host_is_shown_without_www() -> None:
    assert urls.host("https://www.host.example/a") == "host.example"


# --- RFC 3986 §6: equivalent spellings --------------------------------------------------------------------------------

#: Two spellings of one thing inside a path, a query or a fragment.
SPELLINGS = st.sampled_from(
    [
        *(
            ("%d8%a7", "%D8%A7"),
            ("%7euser", "~user"),
            ("%41%2d%5f", "A-_"),
            ("%2fb", "%2Fb"),
            ("2026", "%32%30%32%36"),
        ),
        *(
            ("ü", "%c3%bc"),
            ("a b", "a%20b"),
            ("漢", "%e6%bc%a2"),
            ("plain", "plain"),
            ("%2525", "%25%32%35"),
        ),
    ]
)
HOST_SPELLINGS = st.sampled_from(
    [
        *(
            ("host.example", "HOST.Example"),
            ("host.example", "www.host.example"),
            ("host.example", "host.example."),
        ),
        *(
            ("host.example", "host.example:443"),
            ("host.example:8080", "WWW.host.example:8080"),
        ),
        *(
            ("bücher.example", "xn--bcher-kva.example"),
            ("bücher.example", "www.BÜCHER.example"),
        ),
    ]
)


@given(
    HOST_SPELLINGS,
    st.lists(SPELLINGS, max_size=3),
    st.lists(SPELLINGS, max_size=2),
    st.sampled_from(["/", "/./", "/x/../", "/%2e/", "/x/%2E%2e/"]),
    st.booleans(),
)
def test_equivalent_spellings_of_an_address_are_one_identity(
    host: tuple[str, str],
    path: list[tuple[str, str]],
    query: list[tuple[str, str]],
    detour: str,
    slash: bool,
) -> None:
    one, other = (
        f"{scheme}{host[side]}{start}{'/'.join(each[side] for each in path)}{end}"
        + "".join(
            f"{'&' if number else '?'}q{number}={each[side]}"
            for number, each in enumerate(query)
        )
        for side, scheme, start, end in (
            (0, "https://", "/", ""),
            (1, "HTTP://", detour, "/" * (slash and bool(path))),
        )
    )
    assert urls.canonical(one) == urls.canonical(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://host.example/a%2Fb", "https://host.example/a/b"),
        ("https://host.example/a%3Fb", "https://host.example/a?b"),
        ("https://host.example/100%25", "https://host.example/100%"),
        ("https://host.example:8080/a", "https://host.example/a"),
        ("https://host.example/%%34%31", "https://host.example/A"),
        ("https://news.host.example/a", "https://host.example/a"),
        ("https://www.com/a", "https://com.example/a"),
    ],
)
def test_addresses_that_may_be_different_pages_stay_apart(one: str, other: str) -> None:
    assert urls.canonical(one) != urls.canonical(other)


def test_a_link_is_shown_as_its_source_spells_it() -> None:
    shown = "https://www.host.example/%d8%a7/%7euser?q=%c3#part"
    assert urls.both(shown) == (shown, "https://host.example/%D8%A7/~user?q=%C3")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("https://host.example/changelog#v3-1", "v3-1"),
        ("https://host.example/changelog#v3%2d1", "v3-1"),
        ("https://host.example/changelog#v3-1:~:text=new", "v3-1"),
        ("https://host.example/#!/posts/7", "!/posts/7"),
        ("https://host.example/changelog", ""),
        ("https://host.example/changelog#", ""),
        ("https://host.example/changelog#:~:text=new", ""),
        ("https://host.example/changelog#utm_source=feed&xtor=RSS-1", ""),
        ("https://host.example/story#comments", ""),
        ("no address", ""),
        (None, ""),
    ],
)
def test_a_fragment_names_a_part_of_a_page_or_nothing(text: object, part: str) -> None:
    assert urls.fragment(text) == part


#: What addresses that need no parser are made of, and what makes them need one.
PLAIN = st.sampled_from(
    [
        *(
            "/",
            "a",
            "9",
            "-",
            "_",
            "~",
            ".",
            "..",
            "amp",
            "/amp/",
            ".amp",
            "www.",
            "/AMP/s/",
            "xn--a",
            "A",
            "%41",
            "//",
            "127",
        ),
        *(
            "?",
            "&",
            "=",
            "utm_source=x",
            "a=1",
            "amp=1",
            ":80",
            "#top",
            "é",
            "cdn.ampproject.org/c/s/",
        ),
    ]
)
HOSTS = st.sampled_from(
    (
        "host.example",
        "amp.host.example",
        "www.a-b.co.uk",
        "x.cdn.ampproject.org/c/s/a.example",
        "amp.google.com",
        "",
    )
)


@examples(600)
@given(
    st.sampled_from(("http://", "https://")),
    HOSTS,
    st.lists(PLAIN, max_size=8).map("".join),
)
def test_what_needs_no_parser_is_what_the_parser_gives(
    scheme: str, host: str, rest: str
) -> None:
    text = f"{scheme}{host}{rest}"
    plain, urls._PLAIN = urls._PLAIN, re.compile("(?!)")
    try:
        parsed = (urls.link(text), urls.canonical(text))
    finally:
        urls._PLAIN = plain
    assert (urls.link(text), urls.canonical(text)) == parsed


def test_copies_of_copies_are_unwrapped_and_come_to_an_end() -> None:
    """An address inside a viewer's address is the article's; one that is wrapped without end is left at some depth."""
    viewer = "https://www.google.com/amp/s/"
    assert urls.canonical(f"{viewer}example.org/a") == "https://example.org/a"
    assert urls.canonical(f"{viewer}{'www.google.com/amp/s/' * 30}example.org/a")
