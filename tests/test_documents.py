"""The documents: what they cite exists, what cites them finds it, and every map names what is there."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from contextlib import closing
from functools import cache

import pytest

from bot import settings
from bot.store.database import open_database
from tests.support.paths import ROOT

DOCUMENTS = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md"),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
]
#: Files whose comments may cite a document.
KINDS = {".py", ".sql", ".toml", ".j2", ".md", ".js", ".css", ".html"}
CITING = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("bot", "tests", "config")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in KINDS and not {"golden", "__pycache__"} & set(path.parts)
)
#: This file shows what a broken citation looks like.
CITING.remove("tests/test_documents.py")
ROOMS = sorted(
    path.parent.relative_to(ROOT).as_posix()
    for path in (ROOT / "bot").rglob("__init__.py")
    if path.parent != ROOT / "bot"
)
CITATION = re.compile(r"\bdocs/(\w+)\.md\b(?:, (?=[A-Z]))?")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


@cache
def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def headings(path: str) -> tuple[str, ...]:
    found = re.findall(r"^#{1,6} +(.+?) *$", FENCE.sub("", text(path)), re.MULTILINE)
    return tuple(re.sub(r"[`*]", "", heading) for heading in found)


def anchors(path: str) -> set[str]:
    """Return the anchors that GitHub makes of a document's headings."""
    return {
        re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings(path)
    }


def unwrapped(source: str) -> str:
    """Return a source text as one line, without the marks that begin the lines of a comment."""
    return re.sub(r"\s*\n\s*(?:#:?|--|//|\*)?\s*", " ", source)


def broken(source: str) -> list[str]:
    """Return the citations in a text that lead nowhere."""
    line, found = unwrapped(source), []
    for citation in CITATION.finditer(line):
        document = f"docs/{citation[1]}.md"
        rest = line[citation.end() :]
        if not (ROOT / document).is_file():
            found.append(document)
        elif citation[0].endswith(" ") and not any(
            re.match(rf"{re.escape(heading)}(?!\w)", rest)
            for heading in headings(document)
        ):
            found.append(f"{document}, {rest[:40]}")
    return found


# --- citations --------------------------------------------------------------------------------------------------------


def test_every_citation_of_a_document_leads_somewhere() -> None:
    """A comment cites a document of ours by file and heading, and both exist."""
    found = {path: broken(text(path)) for path in CITING}
    assert {path: citations for path, citations in found.items() if citations} == {}


def test_nothing_is_cited_that_a_reader_does_not_have() -> None:
    """A design that lies outside the repository is cited in the frozen first step only."""
    outside = re.compile(
        r"\bdesign(?:\.md)? §\s*\d|(?<!docs/)\btelegram\.md\b|\bstyle\.md\b"
    )
    assert [path for path in CITING if outside.search(text(path))] == [
        "bot/store/schema.sql"
    ]


def test_there_are_citations() -> None:
    """The pattern finds those that are there."""
    assert sum(len(CITATION.findall(unwrapped(text(path)))) for path in CITING) >= 20


def test_a_citation_that_leads_nowhere_is_found() -> None:
    """The file, the heading, and a heading broken over two lines of a comment are looked at."""
    assert broken("(docs/nowhere.md)") == ["docs/nowhere.md"]
    assert broken("# docs/architecture.md, Nothing of the kind") != []
    assert broken("#: see docs/architecture.md, Doubt\n    #: and recovery).") == []
    assert broken("-- docs/glossary.md. Names are there") == []


# --- links and names in the documents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files_and_headings(document: str) -> None:
    """A relative link names a file of the repository, and a heading in it."""
    for link in LINK.findall(FENCE.sub("", text(document))):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / document).parent / name if name else ROOT / document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(
                target.resolve().relative_to(ROOT.resolve()).as_posix()
            ), link


@pytest.mark.parametrize(
    "document", [one for one in DOCUMENTS if one != "CHANGELOG.md"]
)
def test_paths_in_a_document_exist(document: str) -> None:
    """A path in backquotes that begins at the root of the repository is there."""
    written = re.findall(
        r"`((?:bot|tests|docs|config|data|\.ci)/[\w./-]*)`", text(document)
    )
    made_later = {"data/paperboy.db"}
    assert [
        path
        for path in written
        if not (ROOT / path).exists() and path not in made_later
    ] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_settings_in_a_document_exist(document: str) -> None:
    """A name like `feed.folder` is one of the settings."""
    sections = {
        name: getattr(settings.Settings(), name)
        for name in settings.Settings.model_fields
        if name != "channels"
    }
    known = {
        f"{name}.{key}"
        for name, section in sections.items()
        for key in type(section).model_fields
    }
    known |= {f"channels.{key}" for key in settings.Channel.model_fields}
    written = re.findall(rf"`((?:{'|'.join(sections)}|channels)\.\w+)`", text(document))
    assert set(written) - known - PACKAGES == set()


#: Modules whose dotted names begin like a section of the settings.
PACKAGES = {"store.payloads", "web.server"}


# --- the glossary -----------------------------------------------------------------------------------------------------


def test_older_names_in_the_glossary_exist() -> None:
    """What stands in brackets beside a word is still the name of a column, a value or a setting."""
    rows = [
        line
        for line in text("docs/glossary.md").splitlines()
        if line.startswith("| **")
    ]
    old = [name for row in rows for name in re.findall(r"\[(\w+)\]", row.split("|")[1])]
    with closing(open_database(":memory:").conn) as db:
        schema = "\n".join(
            sql
            for (sql,) in map(tuple, db.execute("SELECT sql FROM sqlite_schema"))
            if sql
        )
    names = f"{schema}\n{text('config/paperboy.toml')}"
    assert old
    assert [name for name in old if not re.search(rf"\b{name}\b", names)] == []


def test_the_glossary_says_each_word_once() -> None:
    """One word has one meaning."""
    rows = [
        line
        for line in text("docs/glossary.md").splitlines()
        if line.startswith("| **")
    ]
    words = [
        word
        for row in rows
        for word in re.findall(r"\*\*([^*]+)\*\*", row.split("|")[1])
    ]
    assert sorted(set(words)) == sorted(words)


# --- the maps ---------------------------------------------------------------------------------------------------------


def modules(room: str) -> set[str]:
    """Return the modules and rooms in a room, without those that Python names."""
    inside = (
        path
        for path in (ROOT / room).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    )
    return {path.stem for path in inside if not path.stem.startswith("__")}


def mapped(room: str) -> list[str]:
    """Return the names at the beginning of the lines of the table in a room's docstring."""
    docstring = (
        ast.get_docstring(ast.parse(text(f"{room}/__init__.py")), clean=False) or ""
    )
    return re.findall(r"^(?: {4})?(\w+)/? {2,}\S", docstring, re.MULTILINE)


@pytest.mark.parametrize("room", ROOMS)
def test_the_map_of_a_room_names_the_modules_there_are(room: str) -> None:
    """Each module of a room stands in the table of its `__init__` once, and nothing else does."""
    assert sorted(mapped(room)) == sorted(modules(room))


# --- versions ---------------------------------------------------------------------------------------------------------


def test_the_changelog_has_the_version_of_the_project() -> None:
    """The newest release in the changelog is the version of the package, and has a date."""
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$",
        text("CHANGELOG.md"),
        re.MULTILINE,
    )
    assert released
    assert released[0][0] == version


def tables() -> Iterator[str]:
    """Yield the targets of the Makefile that say what they do."""
    yield from re.findall(r"^([a-z]+):[^\n]*## ", text("Makefile"), re.MULTILINE)


def test_make_help_lists_every_target() -> None:
    """Whatever can be made is listed by `make` alone, with a sentence."""
    makefile = text("Makefile").replace("\\\n", " ")
    (named,) = re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert sorted(named.split()) == sorted(tables())
