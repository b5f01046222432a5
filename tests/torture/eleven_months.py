"""The real feed's eleven months: one post a story, every change shown, nothing edited in vain.

The rules are in docs/architecture.md, Change.

What must come of it is computed here from the raw files, by none of Paperboy's own code.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ftfy
import pytest
import yaml

from tests.support import history
from tests.support.history import Write

Form = tuple[Any, ...]


@dataclass
class Story:
    """A story as a reader of the raw files would tell it."""

    owner: str
    title: str
    published: datetime
    places: set[str]
    #: The fields of its owner's file as they are now.
    now: dict[str, Any]
    #: What its post showed, in turn.
    shown: list[Form] = field(default_factory=list)
    #: Who told it once more.
    copied: list[str] = field(default_factory=list)


def told(text: str) -> dict[str, Any]:
    """A file's front matter; empty for a file without any."""
    found = re.match(r"---\n(.*?)\n---", text, re.DOTALL)
    return yaml.load(found[1], Loader=yaml.CSafeLoader) if found else {}


def words(title: str) -> str:
    """What two titles are compared by, as far as this feed asks for it: the mark of a repetition does not count."""
    return " ".join(re.findall(r"\w+", ftfy.fix_text(title).casefold())).removeprefix(
        "re transmission "
    )


def slips(title: str) -> list[list[str]]:
    """A title by its words' letters, whatever their order: "ISTM" was corrected to "ITSM" in a later transmission."""
    return [sorted(word) for word in title.split()]


def places(values: dict[str, Any]) -> set[str]:
    """Where a file says its story is, without what only tracks readers."""
    urls = [
        urlsplit(str(values[key]))
        for key in ("webUrl", "originalUrl", "ampWebUrl")
        if values.get(key)
    ]
    return {
        (url.hostname or "")
        + url.path.rstrip("/")
        + ("" if "utm_" in url.query else url.query)
        for url in urls
    }


def form(values: dict[str, Any]) -> Form:
    """What a reader sees of a file."""
    return (
        values["title"],
        values.get("excerpt"),
        values.get("webUrl") or values.get("originalUrl"),
        (values.get("provider") or {}).get("name"),
        str(values.get("publishedDateTime"))[:10],
        tuple(values.get("topics") or ()),
        tuple(image["url"] for image in values.get("images") or ()),
    )


def expected(steps: Iterable[tuple[datetime, list[Write]]]) -> list[Story]:
    """The stories of a history looked at in steps, each with its owner's forms, a form at most twice."""
    stories: list[Story] = []
    of_file: dict[str, Story | None] = {}
    for _, written in steps:
        last = {one.path: told(one.text or "") for one in written}
        for path, values in sorted(
            last.items(), key=lambda one: (str(one[1].get("publishedDateTime")), one[0])
        ):
            if not values:
                continue
            if path not in of_file:
                of_file[path] = found = story(stories, values)
                if found is None:
                    key = words(values["title"])
                    stories.append(
                        Story(
                            path,
                            key,
                            moment(values),
                            places(values),
                            values,
                            [form(values)],
                        )
                    )
                    of_file[path] = stories[-1]
                continue
            mine = of_file[path]
            assert mine is not None
            assert mine.owner != path or mine.title == words(values["title"]), (
                "no file of this feed changes its title"
            )
            if mine.owner == path:
                mine.places |= places(values)
                mine.now = values
                show(mine.shown, form(values))
    return stories


def story(stories: list[Story], values: dict[str, Any]) -> Story | None:
    """The story that a new file tells again: at its address, or under its title of six words within 30 days."""
    key, when = words(values["title"]), moment(values)
    there = next(
        (
            one
            for one in stories
            if one.places & places(values) and is_told_again(one, values)
        ),
        None,
    )
    if there is None and len(key.split()) >= 6:
        same = [one for one in stories if slips(one.title) == slips(key)]
        near = [one for one in same if abs(one.published - when) <= timedelta(days=30)]
        outlets = {
            outlet(values),
            *(outlet(one.now) for one in same),
            *(outlet for one in same for outlet in one.copied),
        }
        there = next(
            (one for one in near if len(outlets) > 1 or not is_instalment(one, values)),
            None,
        )
        if there:
            there.copied.append(outlet(values))
    return there


def is_told_again(one: Story, values: dict[str, Any]) -> bool:
    """Two stories at one address differ in title, day and excerpt."""
    return (
        alike(one.title, words(values["title"]))
        or one.published.date() == moment(values).date()
        or alike(
            words(one.now.get("excerpt") or ""), words(values.get("excerpt") or "")
        )
    )


def is_instalment(one: Story, values: dict[str, Any]) -> bool:
    """Two of one column differ in path, day and excerpt. This feed has none: other outlets carry each such title."""
    paths = [
        urlsplit(each.get("webUrl") or each["originalUrl"]).path.rstrip("/")
        for each in (one.now, values)
    ]
    excerpts = [words(each.get("excerpt") or "") for each in (one.now, values)]
    return (
        paths[0] != paths[1]
        and one.published.date() != moment(values).date()
        and not alike(*excerpts)
    )


def outlet(values: dict[str, Any]) -> str:
    return str((values.get("provider") or {}).get("name")).lower()


def alike(one: str, other: str) -> bool:
    """One text is contained in the other, or nine letters in ten agree."""
    return (
        f" {one} " in f" {other} "
        or f" {other} " in f" {one} "
        or SequenceMatcher(None, one, other).ratio() >= 0.9
    )


def moment(values: dict[str, Any]) -> datetime:
    found = values["publishedDateTime"]
    found = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def show(shown: list[Form], now: Form) -> None:
    if now != shown[-1] and shown.count(now) < 2:
        shown.append(now)


#: How the writes are parted into looks at the folder, and the copies and edits that come of it. Each moment by itself
#: takes a minute: `make history` asks for that too.
PARTED = {"days": (history.days, 11, 14)} | (
    {"each": (history.moments, 10, 39)} if "HISTORY" in os.environ else {}
)


@pytest.mark.real
@pytest.mark.parametrize(("parted", "copies", "edits"), PARTED.values(), ids=PARTED)
async def test_the_real_history_gives_one_post_a_story_and_every_change_by_the_rules(
    tmp_path: Path, parted: Any, copies: int, edits: int
) -> None:
    past = list(history.writes())
    stories = expected(parted(past))
    outcome = await history.replay(tmp_path, parted(past))
    report = outcome.report()
    print(*(f"{name:10} {figure:6,}" for name, figure in report.items()), sep="\n")

    assert (report["writes"], report["files"]) == (4_604, 409)
    assert report["posts"] == report["articles"] == len(stories) == 395
    assert report["copies"] == sum(len(one.copied) for one in stories) == copies
    assert report["edits"] == sum(len(one.shown) - 1 for one in stories) == edits
    assert (report["refused"], report["waiting"]) == (0, 0)

    posts = outcome.sandbox.messages(outcome.channel, deleted=True)
    assert Counter(words(title(one.text)) for one in posts) == Counter(
        one.title for one in stories
    )
    changed = {words(title(one.text)): one for one in posts if one.history}
    assert set(changed) == {one.title for one in stories if len(one.shown) > 1}
    for one in stories:
        if len(one.shown) > 1:
            post = changed[one.title]
            assert len(post.history) == len(one.shown) - 1
            texts = [*(version.content.text for version in post.history), post.text]
            assert [heading(text) for text in texts] == [
                (form[0], form[3]) for form in one.shown
            ]
            assert post.preview is None or post.buttons


def title(text: str) -> str:
    return text.partition("\n")[0]


def heading(text: str) -> tuple[str, str]:
    """The title and the provider of a post."""
    first, second, *_ = text.split("\n")
    return first, second.rpartition(" · ")[0]
