"""Generated documents: whatever a file holds, it becomes an article or an ArticleError, and nothing else happens."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain import plain_text, urls
from bot.domain.article import Article
from bot.errors import ArticleError
from bot.feed import document, fields, front_matter
from tests.support.examples import examples
from tests.support.generated import FIELDS

MANY = examples(300)
SOME = examples(80)  # these take long to make
# Text that is nearly YAML: its marks, in any order.
MARKS = st.lists(
    st.sampled_from(
        [
            *(
                "---",
                "\n",
                "\r\n",
                "...",
                ": ",
                "- ",
                "? ",
                "[",
                "]",
                "{",
                "}",
                ", ",
                "&a ",
                "*a",
                "!",
                "!!str ",
                "!!binary ",
            ),
            *(
                "|",
                ">",
                "'",
                '"',
                "\\",
                "#",
                "%",
                "@",
                "`",
                "~",
                "<<: ",
                "\t",
                "  ",
                "title",
                "webUrl",
                "secured",
                "related",
            ),
            *(
                "https://host.example/a",
                "é",
                "\x85",
                "\u2028",
                "\ufeff",
                "\0",
                "\x9d",
                "\ud800",
                "\U000f0085",
                "0",
                "a",
            ),
        ]
    ),
    max_size=40,
).map("".join)


def outcome(contents: str | bytes) -> Article | str:
    try:
        article = document.parse(contents, "a.md")
    except ArticleError as error:
        assert error.path == "a.md"
        assert error.reason
        assert error.reason.isprintable()
        return error.reason
    assert article.title
    assert plain_text.units(article.title) <= fields.TITLE
    assert plain_text.units(article.excerpt) <= fields.EXCERPT
    assert urls.link(article.url) == article.url
    assert article.fingerprint
    return article


@SOME
@given(
    FIELDS,
    st.sampled_from(
        ["---\n{}---\n", "\ufeff---\n{}...\nbody", "\n\n---\n{}-----\n<p>x</p>"]
    ),
    st.booleans(),
)
def test_a_document_of_any_values_is_an_article_or_a_reason(
    values: dict[str, object], frame: str, style: bool
) -> None:
    text = frame.format(
        yaml.dump(values, allow_unicode=style, default_flow_style=style)
    )
    assert outcome(text) == outcome(
        text.encode("utf-8", "surrogatepass").replace(b"\n", b"\r\n")
    )


@MANY
@given(MARKS, st.booleans())
@example("%YAML 9.9\n", True)
@example("!!binary x", True)
@example("&a *a", True)
@example("? [", True)
def test_what_is_nearly_yaml_is_an_article_or_a_reason(
    marks: str, framed: bool
) -> None:
    outcome(
        f"---\ntitle: A\nwebUrl: https://host.example/a\n{marks}\n---\n"
        if framed
        else marks
    )


@SOME
@given(MARKS)
def test_what_both_parsers_of_pyyaml_read_they_read_alike(marks: str) -> None:
    text = f"---\ntitle: A\nwebUrl: https://host.example/a\n{marks}\n---\n"
    found = outcome(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(front_matter, "LOADER", yaml.SafeLoader)
        other = outcome(text)
    # One refuses a tab or a directive that the other lets pass; neither ever tells another story.
    assert found == other or isinstance(found, str) or isinstance(other, str)


@MANY
@given(
    st.binary(max_size=200)
    | MARKS.map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_an_article_or_a_reason(contents: bytes) -> None:
    outcome(contents)
    outcome(b"---\ntitle: A\nwebUrl: https://host.example/a\n" + contents + b"\n---\n")
