"""The plain reader decides nothing that PyYAML would decide otherwise: it gives the same values, or no answer."""

from __future__ import annotations

import json
import lzma
import random

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import ArticleError
from bot.feed import folder, front_matter, plain
from tests.bench import documents
from tests.support.examples import examples
from tests.support.paths import REAL_FEED

MANY = examples(200)

KEYS = st.sampled_from(
    ["title", "a", "x-y", "_z", "true", "n", "secured", "Secured", "related", "quality"]
)
#: Values that the plain reader must know.
SURE = st.sampled_from(
    [
        *(
            "x",
            "two words",
            '"q"',
            '""',
            "''",
            "'it''s'",
            '"a: b"',
            '"a \\" b"',
            '"\\\\"',
            "12",
            "-1",
            "a:b",
            "a#b",
        ),
        *(
            "é",
            "’",
            "2020-01-01T06:00:00Z",
            "https://x.example/?a=b#c",
            "a, b",
            "a]",
            "true",
            "1:30",
            "'a #b'",
            '" a "',
        ),
    ]
)
#: Values that PyYAML has to judge, or that are none.
UNSURE = st.sampled_from(
    [
        *(
            "~",
            "null",
            "NULL",
            "  ",
            "x ",
            "a: b",
            "a:",
            "a #b",
            "#c",
            "[]",
            "{}",
            "[a",
            "{a: b}",
            "&a x",
            "*a",
            "!x",
        ),
        *(
            "!!str x",
            "|",
            ">",
            "|-",
            "%x",
            "@x",
            "`x",
            "?",
            "? x",
            ":x",
            ": x",
            ",x",
            "-",
            "- x",
            "---",
            "...",
            "--- x",
        ),
        *(
            '"a',
            "'a",
            '"a" x',
            '"a": b',
            "'a': b",
            '"a""b"',
            "'a' 'b'",
            '"\\n"',
            '"\\q"',
            '"a\\',
            "a\tb",
            "\t",
            '"a\tb"',
        ),
        *(
            "\xa0x",
            "x\xa0",
            "\u3000",
            "\u2028",
            "a\x85b",
            "\ufeffx",
            "\x07",
            "\u200b",
            "\ud800",
            "\U000f0085",
            "\ufffd",
        ),
        *(
            "<<: *a",
            "=",
            ".nan",
            "x" * 2_000,
            "a\rb",
            "a\u2029b",
            "😀",
            '"a\x9db"',
            "# only a comment",
            "%YAML 1.2",
            "-.5",
        ),
    ]
)


def judged(text: str) -> object:
    """What PyYAML and `front_matter` make of a text."""
    try:
        return front_matter.FrontMatter("a.md").load_yaml(text)
    except ArticleError as error:
        return error.reason


def check(text: str) -> bool:
    """Hold the plain reader against its judge; say whether it had an answer."""
    found = plain.fields(text)
    assert found is None or repr(found) == repr(judged(text))
    return found is not None


def joined(parts: list[list[str]]) -> list[str]:
    return [line for part in parts for line in part]


def indented(lines: list[str], by: int) -> list[str]:
    return [" " * by + line for line in lines]


def listed(lines: list[str], by: int) -> list[str]:
    """Lines of fields as one entry of a list."""
    return [" " * by + "- " + lines[0], *indented(lines[1:], by + 2)]


def under(key: str, inner: list[list[str]], by: int, as_list: bool) -> list[str]:
    """Lines below a key: the fields of the first, or all of them as the entries of a list."""
    below = (
        [line for one in inner for line in listed(one, by)]
        if as_list
        else indented(inner[0], by + 1)
    )
    return [f"{key}:", *below]


FIELD = st.builds("{}: {}".format, KEYS, SURE).map(lambda line: [line]) | KEYS.map(
    lambda key: [f"{key}:"]
)
ITEMS = st.builds(
    lambda values, by: ["topics:", *(" " * by + f"- {value}" for value in values)],
    st.lists(SURE.filter(lambda value: ": " not in value), min_size=1, max_size=3),
    st.integers(0, 4),
)
FIELDS = st.recursive(
    st.lists(FIELD | ITEMS, min_size=1, max_size=4).map(joined),
    lambda inner: st.builds(
        under,
        KEYS,
        st.lists(inner, min_size=1, max_size=3),
        st.integers(0, 4),
        st.booleans(),
    ),
    max_leaves=6,
)
DOCUMENTS = st.lists(FIELDS, min_size=1, max_size=4).map(joined)
LINES = st.builds(
    lambda by, dash, head, value: " " * by + dash + head + value,
    st.integers(0, 6),
    st.sampled_from(["", "", "- ", "-", "-  ", "- - "]),
    KEYS.map("{}: ".format)
    | KEYS.map("{}:".format)
    | st.sampled_from(["", "null: ", '"k": ', "k : ", "k:  ", "é: "]),
    SURE | UNSURE,
)
MARKS = st.sampled_from(
    [
        *" :-#\"'\\\t\n&*!|?,[{é\x85\u2028\ufeff\r",
        "  ",
        ": ",
        "- ",
        " #",
        "\n\n",
        "\n  ",
    ]
)


@MANY
@given(DOCUMENTS)
def test_plain_documents_are_read_as_pyyaml_reads_them(lines: list[str]) -> None:
    answered = check("\n".join([*lines, ""]))
    assert answered or any("secured" in line.lower() for line in lines)


@MANY
@given(DOCUMENTS, st.lists(LINES, max_size=3), st.randoms(use_true_random=False))
@example(["title: a"], ["  b: c"], random.Random(1))
@example(["title:"], ["- a", "b: c", "- d"], random.Random(1))
def test_lines_of_any_kind_between_are_read_alike_or_left_to_pyyaml(
    lines: list[str], others: list[str], dice: random.Random
) -> None:
    for other in others:
        lines = [*lines]
        lines.insert(dice.randrange(len(lines) + 1), other)
    check("\n".join(lines))


@MANY
@given(DOCUMENTS, st.lists(st.tuples(st.floats(0, 1), MARKS), min_size=1, max_size=3))
def test_marks_in_any_place_are_read_alike_or_left_to_pyyaml(
    lines: list[str], marks: list[tuple[float, str]]
) -> None:
    text = "\n".join(lines)
    for where, mark in marks:
        at = int(where * len(text))
        text = text[:at] + mark + text[at:]
    check(text)


@examples(150)
@given(DOCUMENTS, LINES, st.floats(0, 1))
def test_the_parser_written_in_python_judges_the_same(
    lines: list[str], other: str, where: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(front_matter, "LOADER", yaml.SafeLoader)
        check("\n".join(lines))
        lines = [*lines]
        lines.insert(int(where * len(lines)), other)
        check("\n".join(lines))


@MANY
@given(st.text(max_size=60) | st.lists(LINES, max_size=6).map("\n".join))
def test_texts_of_any_kind_are_read_alike_or_left_to_pyyaml(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "line",
    [
        "x: 1\ny: ",
        "x: 1\n- y",
        "x:\n y: 1\n  z: 1",
        "x:\n  y: 1\n z: 1",
        "x:\n - y\n  - z",
    ],
)
def test_lines_out_of_step_are_left_to_pyyaml(line: str) -> None:
    check(line)
    check(line + "\n  y: 1")
    check(line + "\n- y")


def test_nothing_beyond_the_bounds_is_answered() -> None:
    assert plain.fields("a: 1\n" * 5_000) is None
    assert plain.fields("".join(" " * depth + "a:\n" for depth in range(60))) is None
    assert plain.fields("k" * 2_000 + ": 1") is None


@pytest.mark.parametrize("key", ["secured", "Secured", "SECURED"])
def test_what_is_secured_is_not_kept(key: str) -> None:
    payload = "payload" * 10
    text = f'a: 1\n{key}: "{payload}"\nb:\n  {key}: {payload}\n  c: 2\n'
    assert plain.fields(text) == {"a": "1", "b": {"c": "2"}} == judged(text)
    for short in (f"{key}:\n  - payload\n", f"{key}: payload\n", f"- {key}: payload\n"):
        assert plain.fields(short) is None  # and nothing of it is remembered


def test_a_document_of_the_library_needs_no_judge() -> None:
    for number in range(50):
        text, _ = front_matter.FrontMatter("a.md").split(
            documents.document(number).strip()
        )
        assert check(text)


@pytest.mark.real
def test_the_real_documents_are_read_as_pyyaml_reads_them() -> None:
    texts = [
        (REAL_FEED / path).read_text("utf-8-sig")
        for path, *_ in folder.listing(REAL_FEED, ["**/*.md", "**/*.html"])
    ]
    answers = [check(text) for text in map(_front_matter, texts) if text is not None]
    assert answers.count(True) > 0.9 * len(answers)


@pytest.mark.real
def test_eleven_months_of_writes_are_read_as_pyyaml_reads_them() -> None:
    with lzma.open(REAL_FEED / "history.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [
            _front_matter(text)
            for text in (json.loads(line)["text"] for line in lines)
            if text
        ]
    answers = [check(text) for text in texts if text is not None]
    assert len(answers) > 4_000
    assert answers.count(True) > 0.9 * len(answers)


def _front_matter(text: str) -> str | None:
    try:
        return front_matter.FrontMatter("a.md").split(
            text.replace("\r\n", "\n").strip()
        )[0]
    except ArticleError:
        return None
