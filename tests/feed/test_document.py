"""One file → an article or a reason: every hostile kind, each by its own test."""

from __future__ import annotations

import os
import socket
import sys
import tracemalloc
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from bot.domain.article import Article
from bot.errors import ArticleError
from bot.feed import document, front_matter
from tests.support.privilege import without_privilege

FIELDS = "title: A quiet harbour\nwebUrl: https://host.example/a\n"
WHOLE = f"---\n{FIELDS}---\n"
PAYLOAD = "c2VjcmV0LXBheWxvYWQ="
LIMIT = 1_000_000


def parse(fields: str) -> Article:
    return document.parse(f"---\n{FIELDS}{fields}\n---\n", "a.md")


def refusal(contents: str | bytes) -> ArticleError:
    with pytest.raises(ArticleError) as caught:
        document.parse(contents, "a.md")
    assert caught.value.path == "a.md"
    assert not caught.value.reason.endswith(".")
    return caught.value


def read_refusal(folder: Path, path: str = "a.md", limit: int = LIMIT) -> ArticleError:
    with pytest.raises(ArticleError) as caught:
        document.read(folder, path, max_bytes=limit)
    assert str(folder) not in caught.value.reason
    return caught.value


@pytest.fixture(params=["libyaml", "python"])
def either_parser(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both of PyYAML's parsers, since a wheel may come without libyaml."""
    if request.param == "python":
        monkeypatch.setattr(front_matter, "LOADER", front_matter.yaml.SafeLoader)


# --- the bytes -------------------------------------------------------------------------------------------------------


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert (
        document.parse(b"\xef\xbb\xbf" + WHOLE.encode(), "a.md").title
        == "A quiet harbour"
    )
    assert document.parse("\ufeff" + WHOLE, "a.md").title == "A quiet harbour"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_where_a_byte_order_mark_says_so(encoding: str) -> None:
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert (
        document.parse((mark + WHOLE).encode(encoding), "a.md").title
        == "A quiet harbour"
    )


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_other_line_ends_are_line_ends(ending: str) -> None:
    found = document.parse((WHOLE + "text\n").replace("\n", ending).encode(), "a.md")
    assert found == document.parse(WHOLE, "a.md")


def test_doubly_encoded_text_is_shown_as_it_was_meant() -> None:
    twice = (
        "“is the right thing”".encode()
        .decode("cp1252", "replace")
        .replace("\ufffd", "\x9d")
    )
    assert parse(f'excerpt: "{twice}"').excerpt == "“is the right thing”"
    assert parse("excerpt: CafÃ© culture").excerpt == "Café culture"


def test_what_is_not_utf_8_is_refused_with_its_line() -> None:
    error = refusal(b"---\ntitle: Caf\xe9 society\n---\n")
    assert error.reason == "is not UTF-8: line 2"
    assert error.line == 2
    assert not error.unfinished


def test_utf_8_cut_inside_a_character_may_be_unfinished() -> None:
    assert refusal("---\ntitle: Café".encode()[:-1]).unfinished


@pytest.mark.parametrize(
    "contents", [b"\x89PNG\r\n\x1a\n\x00\x00", b"---\0title", "---".encode("utf-16-le")]
)
def test_what_is_binary_is_refused(contents: bytes) -> None:
    assert refusal(contents).reason == "is not text: it holds NUL bytes"


@pytest.mark.parametrize("contents", [b"", b"  \r\n\t\n", b"\xef\xbb\xbf", ""])
def test_what_is_empty_is_refused_and_may_be_unfinished(contents: bytes) -> None:
    error = refusal(contents)
    assert error.reason == "is empty"
    assert error.unfinished


def test_control_characters_are_taken_out_before_yaml_sees_them() -> None:
    assert parse('excerpt: "a\x07b\x1b c\ufffe"').excerpt == "ab c"


# --- the front matter ------------------------------------------------------------------------------------------------


def test_a_file_without_front_matter_is_refused() -> None:
    error = refusal("# A heading\n\n---\ntitle: not meta\n---\nmore\n")
    assert error.reason == "has no front matter: it does not begin with a line of ---"
    assert not error.unfinished


@pytest.mark.parametrize(
    "contents",
    [
        "-",
        "--",
        "---",
        "---\n",
        f"---\n{FIELDS}",
        f"---\n{FIELDS}--",
        f"---\n{FIELDS}text",
    ],
)
def test_front_matter_that_is_not_closed_may_be_unfinished(contents: str) -> None:
    assert refusal(contents).unfinished


def test_every_beginning_of_a_good_file_is_unfinished_until_it_is_whole() -> None:
    text = f"---\ntitle: “Quiet” harbour\nwebUrl: https://host.example/a\nsecured: {PAYLOAD}\n---\n".encode()
    for end in range(len(text) - 1):
        try:
            document.parse(text[:end], "a.md")
        except ArticleError as error:
            assert error.unfinished, text[:end]
        else:
            pytest.fail(f"taken for whole: {text[:end]!r}")


@pytest.mark.parametrize("closing", ["---", "...", "-----", "---  "])
def test_front_matter_may_be_closed_in_any_of_the_usual_ways(closing: str) -> None:
    assert (
        document.parse(f"---\n{FIELDS}{closing}\nbody", "a.md").title
        == "A quiet harbour"
    )


def test_rules_in_the_body_are_left_alone() -> None:
    assert (
        document.parse(f"{WHOLE}text\n\n---\n\ntitle: Other\n\n---\n", "a.md").title
        == "A quiet harbour"
    )


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    ("fields", "line", "statement"),
    [
        ("title: Foo: bar\n", 2, "a value with a colon in it needs quotes"),
        (
            "title: a\n\tquality: 1\n",
            3,
            "a tab, or a character that a value can't begin with",
        ),
        (
            'title: a\nexcerpt: "never closed\nquality: 1\n',
            3,
            "a quotation mark that is never closed",
        ),
        (
            "title: [a, b\nquality: 1\n",
            2,
            "a bracket that is never closed, or a comma missing inside it",
        ),
        (
            "title: a\nx: {a: b\n",
            3,
            "a bracket that is never closed, or a comma missing inside it",
        ),
        (
            "title: a\nexcerpt: @at\n",
            3,
            "a tab, or a character that a value can't begin with",
        ),
        ("title: a\nno colon\nb: c\n", 3, "this is not a field: a colon is missing"),
        ("title: 'it's'\n", 2, "indented unlike the lines around it, or a stray mark"),
        (
            'title: "a \\q b"\n',
            2,
            "a backslash inside quotation marks needs a second one",
        ),
        ("title: a\nx: &\n", 3, "it does not parse"),
        (
            "title: a\nquality: *nothing\n",
            3,
            "an alias stands for nothing that was said before",
        ),
        ("title: &a [*a]\n", 2, "an alias stands inside what it stands for"),
        (
            "title: a\nx: !!python/object/apply:os.system [id]\n",
            3,
            "a tag (!…) has no meaning here",
        ),
        ("title: a\nx: !custom 1\n", 3, "a tag (!…) has no meaning here"),
        ("title: a\n--- !x\n", 3, "a second document begins inside the front matter"),
    ],
)
def test_bad_yaml_is_refused_with_its_line_in_the_file(
    fields: str, line: int, statement: str
) -> None:
    error = refusal(f"---\n{fields}---\n")
    assert error.reason == f"bad YAML in line {line}: {statement}"
    assert error.line == line


def test_lines_are_counted_from_the_files_first() -> None:
    assert refusal("---\ntitle: Foo: bar\n---\n").line == 2
    assert refusal("\n\n---\ntitle: Foo: bar\n---\n").line == 4
    assert (
        refusal("---\r\nexcerpt: a\x85b\u2028c\r\ntitle: Foo: bar\r\n---\r\n").line == 3
    )


@pytest.mark.parametrize(
    "fields", ["- a\n- b\n", "just words\n", "42\n", "[]\n", "&a [1]\n"]
)
def test_front_matter_that_is_no_set_of_fields_is_refused(fields: str) -> None:
    assert (
        refusal(f"---\n{fields}---\n").reason
        == "its front matter holds no fields, such as title: …"
    )


@pytest.mark.parametrize("fields", ["", "\n", "# only a comment\n", "~\n"])
def test_front_matter_without_fields_has_no_title(fields: str) -> None:
    assert refusal(f"---\n{fields}---\n").reason == "has no title"


def test_keys_named_like_arguments_are_keys_like_others() -> None:
    assert (
        parse("content: c\nhandler: h\nmetadata: m\ntext: t\nfm: x").title
        == "A quiet harbour"
    )


def test_keys_that_are_no_text_are_left_out() -> None:
    assert (
        parse(
            "2024: a\nyes: b\n1.5: c\n~: d\n? [a, b]\n: e\n? {a: b}\n: f\n2021-01-01: g"
        ).title
        == "A quiet harbour"
    )


def test_of_two_equal_keys_the_last_one_wins() -> None:
    assert parse("title: Another").title == "Another"


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    "written",
    [
        "base: &base {title: Taken over, quality: 7}\nitem:\n  <<: *base\n  quality: 9",
        "base: &base {title: Taken over, quality: 7}\nitem:\n  quality: 9\n  <<: *base",
        "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nitem: {<<: [*a, *b], w: 3}",
        "a: &a {x: 1, y: 1}\nb: &b {<<: *a, y: 2}\nitem: {<<: *b}",
        "item: {<<: {x: in place}, y: z}",
        "a: &a {x: [1, {y: 2}]}\nitem:\n- <<: *a\n- <<: *a\n  x: none",
        "item: {'<<': a word, \"<<\": another}",
    ],
)
def test_a_merge_key_adds_the_fields_it_names_as_pyyaml_does(written: str) -> None:
    found = front_matter.FrontMatter("a.md").load_yaml(written)
    assert (
        found["item"]
        == yaml.load(
            written, Loader=yaml.BaseLoader if "'<<'" in written else _TextLoader
        )["item"]
    )


class _TextLoader(yaml.SafeLoader):
    """PyYAML's merging, and every value as it was written."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        "<": yaml.SafeLoader.yaml_implicit_resolvers["<"],
    }


def test_a_merge_key_at_the_top_adds_fields_of_the_article_and_overrides_none() -> None:
    found = parse(
        "base: &base {title: Taken over, quality: 7, excerpt: Shared}\n<<: *base\nexcerpt: Its own"
    )
    assert (found.title, found.quality, found.excerpt) == (
        parse("").title,
        7,
        "Its own",
    )


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("value", ["a word", "[a, b]", "*nothing", "", "*topics"])
def test_a_merge_key_that_names_no_fields_is_refused_by_its_name(value: str) -> None:
    error = refusal(f"---\n{FIELDS}x: &topics [AI]\ny:\n  <<: {value}\n---\n")
    assert ("<<" in error.reason) is (value != "*nothing")
    assert error.line == 6


@pytest.mark.usefixtures("either_parser")
def test_a_merge_key_brings_nothing_of_what_is_secured() -> None:
    found = front_matter.FrontMatter("a.md").load_yaml(
        "a: &a {secured: hidden, b: c}\nsecured: {<<: word}\nd: {<<: *a}"
    )
    assert found == {"a": {"b": "c"}, "d": {"b": "c"}}


def test_an_alias_stands_for_its_value() -> None:
    found = parse("x: &topics [AI, Energy]\ntopics: *topics")
    assert found.topics == ("AI", "Energy")


@pytest.mark.usefixtures("either_parser")
def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
    bomb += "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    error = refusal(f"---\n{FIELDS}{bomb}---\n")
    assert "more than 20,000 values" in error.reason
    assert error.line == 4 + 4


@pytest.mark.usefixtures("either_parser")
def test_a_bomb_of_merge_keys_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 {k: v}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)
    )
    assert "more than 20,000 values" in refusal(f"---\n{FIELDS}{bomb}---\n").reason


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[[{a: [", "{? "])
def test_absurd_nesting_is_refused_before_it_is_followed(opening: str) -> None:
    error = refusal(f"---\n{FIELDS}x:\n  {opening * 100_000}\n---\n")
    assert error.line == 5


@pytest.mark.usefixtures("either_parser")
def test_a_document_of_very_many_values_is_refused() -> None:
    assert (
        "more than 20,000 values"
        in refusal(f"---\n{FIELDS}x: [{'a,' * 100_000}]\n---\n").reason
    )


@pytest.mark.parametrize(
    "fields",
    [
        "x: " + "[" * 300_000,
        "x: [" + "a," * 300_000 + "]",
        "x: &a [" + "1," * 15_000 + "]\n" + "y: [" + "*a," * 30_000 + "]",
        "excerpt: " + "&amp;" * 150_000,
        "excerpt: &" + "amp;" * 200_000,
        "excerpt: " + "â€œ" * 200_000,
        "excerpt: " + "<p a=" * 150_000,
        "excerpt: " + "<b><i>" * 100_000,
        "title: " + "<b>" * 200_000,
        "title: a" + "\u0301" * 300_000,
        "title: " + "🇩🇪" * 100_000,
        "webUrl: https://host.example/" + "amp/" * 200_000,
        "topics: " + "a," * 400_000,
        "quality: " + "9" * 900_000,
        "publishedDateTime: " + "2" * 900_000,
        "related: [" + "{title: t, webUrl: https://o.example/a}," * 2_000 + "]",
    ],
    ids=lambda fields: fields[:24],
)
def test_a_hostile_file_costs_little_memory(fields: str) -> None:
    tracemalloc.start()
    try:
        document.parse(f"---\n{FIELDS}{fields}\n---\n", "a.md")
    except ArticleError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 40 * 1024 * 1024


# --- secured ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    "fields",
    [
        f"secured: {PAYLOAD}",
        f'"secured": "{PAYLOAD}"',
        f"Secured: {PAYLOAD}",
        f"secured:\n  - {PAYLOAD}\n  - {{secured: {PAYLOAD}}}",
        f"secured: {{? [a, {PAYLOAD}] : {PAYLOAD}}}",
        f"provider: {{name: N, secured: {PAYLOAD}}}",
        f"related:\n  - title: T\n    webUrl: https://o.example/\n    secured: {PAYLOAD}\n    type: article",
        f"related: [{{title: T, webUrl: 'https://o.example/', provider: {{secured: {PAYLOAD}}}}}]",
        f"images: [{{secured: {PAYLOAD}, url: https://o.example/a.png}}]",
        f"x: &key secured\n*key : {PAYLOAD}",
        f"secured: |\n  {PAYLOAD}\n  {PAYLOAD}",
    ],
)
def test_secured_is_dropped_at_every_depth(fields: str) -> None:
    values = front_matter.FrontMatter("a.md").load(FIELDS + fields + "\n")
    assert PAYLOAD not in repr(values)
    assert PAYLOAD not in repr(parse(fields))


@pytest.mark.usefixtures("either_parser")
@pytest.mark.parametrize(
    "fields",
    [
        f"secured: &x {PAYLOAD}\nexcerpt: *x",
        f"secured: [&x {PAYLOAD}]\nexcerpt: *x",
        f"secured: {{&x a: &y {PAYLOAD}}}\nexcerpt: *y",
        f'secured: "{PAYLOAD}\ntitle: b',
        f"secured: {PAYLOAD}: {PAYLOAD}",
        f"secured: @{PAYLOAD}",
        f"secured: !{PAYLOAD} x",
        f"secured: *{PAYLOAD}",
        f"secured: %{PAYLOAD}",
        f"secured: !<{PAYLOAD}\n",
        f'secured: "\\{PAYLOAD}"',
        f"secured: &{PAYLOAD}+ x",
    ],
)
def test_no_error_quotes_what_is_secured(fields: str) -> None:
    error = refusal(f"---\n{FIELDS}{fields}\n---\n")
    chain: BaseException | None = error
    while chain is not None:
        assert PAYLOAD not in str(chain)
        chain = chain.__cause__ or (
            None if chain.__suppress_context__ else chain.__context__
        )


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_file_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.md").write_text(WHOLE)
    assert document.read(tmp_path, "sub/a.md", max_bytes=LIMIT) == document.parse(
        WHOLE, "a.md"
    )


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte that takes no room
    assert (
        read_refusal(tmp_path).reason
        == "is larger than 1,000,000 bytes: it has 1,099,511,627,776"
    )


def test_a_file_of_just_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(WHOLE)
    assert document.read(tmp_path, "a.md", max_bytes=len(WHOLE)).title
    assert "is larger than" in read_refusal(tmp_path, limit=len(WHOLE) - 1).reason


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(WHOLE)
    (tmp_path / "a.md").chmod(0)
    with without_privilege(tmp_path):
        assert read_refusal(tmp_path).reason == "can't be read: permission denied"


def test_an_unreadable_folder_is_refused_by_the_path_its_listing_gave(
    tmp_path: Path,
) -> None:
    (tmp_path / "sub").mkdir(mode=0)
    with without_privilege(tmp_path):
        assert (
            read_refusal(tmp_path, "sub/").reason == "can't be read: permission denied"
        )


def test_a_file_that_went_is_refused(tmp_path: Path) -> None:
    assert read_refusal(tmp_path).reason == "is no longer there"
    assert read_refusal(tmp_path, "no/folder/a.md").reason == "is no longer there"


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_followed(
    tmp_path: Path,
) -> None:
    inside, outside = tmp_path / "in", tmp_path / "in-and-more"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.md").write_text(WHOLE)
    (inside / "b.md").write_text(WHOLE)
    (inside / "a.md").symlink_to(outside / "a.md")
    (inside / "c.md").symlink_to("b.md")
    (inside / "d").symlink_to(outside)
    for path in ("a.md", "d/a.md", "../in-and-more/a.md", str(outside / "a.md")):
        assert (
            read_refusal(inside, path).reason
            == "is a link that leads out of the folder"
        )
    assert document.read(inside, "c.md", max_bytes=LIMIT).title == "A quiet harbour"


def test_each_file_of_a_batch_is_held_to_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "out"
    inside = tmp_path / "in"
    for one in (outside, inside / "sub"):
        one.mkdir(parents=True)
        (one / "a.md").write_text(WHOLE)
    (inside / "a.md").write_text(WHOLE)
    (inside / "b.md").symlink_to(outside / "a.md")
    (inside / "c").symlink_to(outside)
    (inside / "d").symlink_to("sub")
    batch = document.Folder(inside, LIMIT)
    for path in (
        "a.md",
        "/a.md",
        "b.md",
        "c/a.md",
        "sub/../../out/a.md",
        "d/a.md",
        "sub/a.md",
        "../in/a.md",
    ):
        if path in ("a.md", "d/a.md", "sub/a.md", "../in/a.md"):
            assert batch.read(path).article.title == "A quiet harbour"
        else:
            with pytest.raises(
                ArticleError, match="is a link that leads out of the folder"
            ):
                batch.read(path)


def test_links_that_lead_nowhere_or_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to("b.md")
    assert read_refusal(tmp_path).reason == "is no longer there"
    (tmp_path / "b.md").symlink_to("a.md")
    assert read_refusal(tmp_path).reason.startswith(
        ("can't be read", "is no longer there")
    )


def test_pipes_sockets_devices_and_folders_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "folder.md").mkdir()
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        monkeypatch.setattr(os, "open", lambda *_, **__: pytest.fail("opened"))
        for path in ("pipe.md", "socket.md"):
            assert (
                read_refusal(tmp_path, path).reason
                == "is a pipe, socket or device, not a file"
            )
        assert read_refusal(tmp_path, "folder.md").reason == "is a folder, not a file"
        assert (
            read_refusal(Path("/dev"), "null").reason
            == "is a pipe, socket or device, not a file"
        )


def test_a_pipe_that_takes_a_files_place_does_not_hold_up_the_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text(WHOLE)
    earlier = (tmp_path / "a.md").stat()
    (tmp_path / "a.md").unlink()
    os.mkfifo(tmp_path / "a.md")
    real = os.stat
    monkeypatch.setattr(
        os,
        "stat",
        lambda path, **more: (
            earlier if str(path).endswith("a.md") else real(path, **more)
        ),
    )
    assert read_refusal(tmp_path).reason == "is a pipe, socket or device, not a file"


def test_a_file_that_grows_while_it_is_read_is_cut_off_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text(WHOLE)
    monkeypatch.setattr(document, "_check", lambda *_: None)
    assert read_refusal(tmp_path, limit=10).reason == "is larger than 10 bytes"


@pytest.mark.parametrize("path", ["a\0.md", "a" * 300 + ".md", "a/" * 3000 + "a.md"])
def test_a_name_no_file_can_have_is_refused(tmp_path: Path, path: str) -> None:
    assert read_refusal(tmp_path, path).reason


@pytest.mark.skipif(
    sys.platform == "darwin", reason="macOS refuses names that are not UTF-8 itself"
)
def test_a_file_whose_name_is_not_utf_8_is_refused_with_a_way_to_mend_it(
    tmp_path: Path,
) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.md"))).write_text(WHOLE)
    assert "rename it" in read_refusal(tmp_path, "caf\\xe9.md").reason
