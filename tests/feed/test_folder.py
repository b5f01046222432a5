"""The folder: which files are listed, and what stands in the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ArticleError
from bot.feed import document, folder, patterns
from tests.support.examples import examples
from tests.support.privilege import without_privilege

ALL = ["**/*.md", "**/*.markdown", "**/*.txt"]


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)


def paths(root: Path, chosen: list[str] = ALL) -> list[str]:
    return sorted(path for path, *_ in folder.listing(root, chosen))


def test_files_are_listed_in_all_folders(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b.md",
        "a/z.txt",
        "a/b/c.markdown",
        "c.MD",
        "a.md",
        "d.html",
        "e",
        "md",
    )
    assert paths(tmp_path) == ["a.md", "a/b/c.markdown", "a/z.txt", "b.md", "c.MD"]


def test_hidden_and_temporary_files_are_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        ".a.md",
        ".git/a.md",
        "a.md~",
        "a.md.swp",
        "a.md.tmp",
        "a.md.part",
        "~$a.md",
        "#a.md",
        "a.md",
    )
    assert paths(tmp_path, ["**/*"]) == ["#a.md", "a.md"]


def test_a_stamp_changes_with_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    (first,) = folder.listing(tmp_path, ALL)
    status = (tmp_path / "a.md").stat()
    assert first == ("a.md", status.st_size, status.st_mtime_ns, status.st_ino)
    write(tmp_path, "b.md")
    os.utime(tmp_path / "b.md", ns=(status.st_mtime_ns, status.st_mtime_ns))
    (tmp_path / "b.md").replace(tmp_path / "a.md")
    (second,) = folder.listing(tmp_path, ALL)
    assert second != first  # as large and as old, but another file


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["**/*.md"], ["n/o/c.md", "n/b.md", "a.md"]),
        (["*.md"], ["a.md"]),
        (["n/*.md"], ["n/b.md"]),
        (["N/**/*.MD"], ["n/o/c.md", "n/b.md"]),
        (["**/o/*"], ["n/o/c.md", "n/o/d.txt"]),
        (["?.md", "**/[cd].*"], ["n/o/c.md", "n/o/d.txt", "a.md"]),
        (["**/[!c].md"], ["n/b.md", "a.md"]),
        (["**/*.*"], ["n/o/c.md", "n/o/d.txt", "n/b.md", "a.md"]),
        (["n/**"], ["n/o/c.md", "n/o/d.txt", "n/b.md"]),
        (["./a.md"], ["a.md"]),
        (["a+b.md", "(x", "[", "a.[m"], []),
        ([], []),
    ],
)
def test_patterns_choose_as_globs_do_without_regard_to_case(
    tmp_path: Path, chosen: list[str], expected: list[str]
) -> None:
    write(tmp_path, "a.md", "n/b.md", "n/o/c.md", "n/o/d.txt")
    assert paths(tmp_path, chosen) == sorted(expected)


@examples(100)
@given(
    st.text(alphabet="ab*?[]!/.\\(-é", max_size=12),
    st.text(alphabet="ab/.", max_size=8),
    st.text(max_size=6),
)
def test_no_pattern_breaks_the_listing(pattern: str, path: str, name: str) -> None:
    chosen = patterns.compiled([pattern])
    assert isinstance(chosen(path, name), bool)


def test_a_missing_folder_is_said_so_at_the_first_step(tmp_path: Path) -> None:
    with pytest.raises(folder.FolderMissing, match="there is no such folder"):
        next(folder.listing(tmp_path / "none", ALL))
    write(tmp_path, "file")
    with pytest.raises(folder.FolderMissing, match="this is not a folder"):
        next(folder.listing(tmp_path / "file", ALL))


def test_an_unreadable_folder_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir(mode=0)
    with (
        without_privilege(tmp_path),
        pytest.raises(folder.FolderMissing, match="permission denied"),
    ):
        next(folder.listing(tmp_path / "feed", ALL))


def test_an_unreadable_sub_folder_is_listed_as_such_and_stops_nothing(
    tmp_path: Path,
) -> None:
    write(tmp_path, "a.md", "b/c.md", "d/e.md")
    (tmp_path / "b").chmod(0)
    try:
        with without_privilege(tmp_path):
            assert paths(tmp_path) == ["a.md", "b/", "d/e.md"]
    finally:
        (tmp_path / "b").chmod(0o755)


def test_links_to_files_are_listed_and_links_to_folders_are_not_followed(
    tmp_path: Path,
) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    write(outside, "o.md")
    write(inside, "a.md", "sub/b.md")
    (inside / "link.md").symlink_to("a.md")
    (inside / "gone.md").symlink_to("nowhere.md")
    (inside / "loop").symlink_to(".")
    (inside / "sub" / "up").symlink_to("..")
    (inside / "away").symlink_to(outside)
    (inside / "away.md").symlink_to(outside / "o.md")
    (inside / "self.md").symlink_to("self.md")
    found = paths(inside)
    assert found == [
        "a.md",
        "away",
        "away.md",
        "gone.md",
        "link.md",
        "self.md",
        "sub/b.md",
    ]
    for path in ("away", "away.md", "gone.md", "self.md"):
        with pytest.raises(ArticleError):
            document.read(inside, path, max_bytes=1000)


def test_a_link_carries_the_stamp_of_what_it_points_to(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    (tmp_path / "b.md").symlink_to("a.md")
    (_, *one), (_, *other) = folder.listing(tmp_path, ALL)
    assert one == other


def test_a_folder_behind_a_link_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "real/a.md")
    (tmp_path / "current").symlink_to("real")
    assert paths(tmp_path / "current") == ["a.md"]


def test_a_folder_named_like_an_article_is_a_folder_and_a_pipe_is_listed(
    tmp_path: Path,
) -> None:
    write(tmp_path, "folder.md/a.md")
    os.mkfifo(tmp_path / "pipe.md")
    assert paths(tmp_path) == ["folder.md/a.md", "pipe.md"]


def test_very_deep_folders_are_walked_without_recursion(tmp_path: Path) -> None:
    here, depth = Path.cwd(), 600
    try:
        os.chdir(tmp_path)
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.md").write_text("x")
    finally:
        os.chdir(here)
    assert paths(tmp_path) == ["d/" * depth + "a.md"]


def test_names_that_can_not_be_stored_or_shown_are_listed_in_a_form_that_can(
    tmp_path: Path,
) -> None:
    for name in (
        b"caf\xe9.md",
        b"two\nlines.md",
        b"bell\x07.md",
        "good–ü👩‍👧.md".encode(),
    ):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    found = paths(tmp_path)
    assert sorted(found) == [
        "bell\\x07.md",
        "caf\\xe9.md",
        "good–ü👩‍👧.md",
        "two\\x0alines.md",
    ]
    for path in found:
        path.encode()
        with pytest.raises(ArticleError):
            document.read(tmp_path, path, max_bytes=1000)


def test_files_that_go_while_the_folder_is_listed_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "c/d.md")
    found = folder.listing(tmp_path, ALL)
    assert next(found)[0] == "a.md"
    (tmp_path / "c" / "d.md").unlink()
    (tmp_path / "c").rmdir()
    assert list(found) == []


def test_many_files_are_listed_each_once(tmp_path: Path) -> None:
    written = [f"{n % 7}/{n}.md" for n in range(700)]
    write(tmp_path, *written)
    assert sorted(paths(tmp_path)) == sorted(written)


def test_a_folder_that_cannot_be_reached_is_told_from_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    assert folder.problem(tmp_path) == ""
    assert folder.problem(file) == "is not a folder"
    assert folder.problem(file / "below") == "there is no such folder"
    assert folder.problem(tmp_path / "none") == "there is no such folder"

    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert folder.problem(tmp_path) == "can't be reached: permission denied"
