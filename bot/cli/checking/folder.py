"""The folder of articles: whether it can be read, and whether there is anything in it to post. Changes nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.cli.checking.finding import Finding, fine, may, problem, warning
from bot.cli.checking.survey import Survey
from bot.domain.arrival import Waits, is_emptied
from bot.domain.plain_text import counted
from bot.feed import patterns
from bot.settings import Feed, Settings

#: Why articles wait, behind how many do.
_WAITS = {
    Waits.EDITOR: "wait for an editor",
    Waits.DRAFT: "are drafts",
    Waits.FUTURE: "have a future date",
    Waits.BULK: "arrived with many others",
    Waits.RESTORED: "were in the folder before a restore",
    Waits.EXPIRED: "have expired",
}
_WAITS_ONE = {
    Waits.EDITOR: "waits for an editor",
    Waits.DRAFT: "is a draft",
    Waits.FUTURE: "has a future date",
    Waits.BULK: "arrived with many others",
    Waits.RESTORED: "was in the folder before a restore",
    Waits.EXPIRED: "has expired",
}


def findings(found: Settings, seen: Survey) -> Iterator[Finding]:
    """Yield what the folder holds, and why nothing in it would be posted."""
    folder = found.feed.folder
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "there is no such folder"
        yield problem(f"feed.folder: {folder}: {what}", "Make it, or set [feed] folder.")
        return
    if not may(folder, os.R_OK | os.X_OK) or seen.files is None:
        yield problem(f"feed.folder: {folder}: can't be read", "Give the bot's user the right to read it.")
        return
    doubts = [
        *_unread(folder, seen),
        *(list(_emptied(found, seen)) or _empty(found.feed, seen)),
        *_rejected(folder, seen),
        *_waiting(folder, seen),
    ]
    yield from doubts or [fine(f"feed.folder: {folder}")]
    yield from _patterns(found.feed, seen)


def _unread(folder: Path, seen: Survey) -> Iterator[Finding]:
    for path in seen.unread[:3]:
        yield warning(
            f"feed.folder: {folder / path}: this folder can't be read, so none of its articles are posted",
            "Give the bot's user the right to read it.",
        )
    if (more := len(seen.unread) - 3) > 0:
        yield warning(
            f"feed.folder: {folder}: {counted(more, 'more folder')} in it can't be read",
            "Give the bot's user the right to read them.",
        )


def _emptied(found: Settings, seen: Survey) -> Iterator[Finding]:
    """Warn of a folder that held articles and is empty now, or nearly so."""
    there = len(seen.files or ())
    if is_emptied(seen.recorded, there):
        known = f"{counted(seen.recorded, 'file')} {'is' if seen.recorded == 1 else 'are'}"
        yield warning(
            f"feed.folder: {found.feed.folder}: {there} of {known} there",
            "Is its disk mounted? Nothing is taken back, and files that return are recognised.",
        )


def _empty(feed: Feed, seen: Survey) -> Iterator[Finding]:
    """Warn where no file is chosen, and tell an empty folder from patterns that leave everything out."""
    if seen.files:
        return
    others = sorted(
        f"{place.relative_to(feed.folder).as_posix()}"
        for place in _some(feed.folder)
        if place.is_file() and not patterns.skipped(place.name)
    )
    if others:
        yield warning(
            f"feed.folder: {feed.folder}: no file matches feed.patterns, for example {others[0]} does not",
            f'Add its kind to [feed] patterns, like "**/*{Path(others[0]).suffix or Path(others[0]).name}".',
        )
    else:
        yield warning(
            f"feed.folder: {feed.folder}: is empty, so there is nothing to post",
            "Put articles into it, or set [feed] folder to where they are.",
        )


def _some(folder: Path, most: int = 1_000) -> Iterator[Path]:
    """Yield up to `most` of what lies in a folder and below."""
    count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if count == most:
                return
            count += 1
            yield Path(place) / name


def _patterns(feed: Feed, seen: Survey) -> Iterator[Finding]:
    """Warn of each pattern of the operator's own that chooses nothing, where others choose something."""
    if not seen.files:
        return
    for pattern in feed.patterns:
        if pattern in Feed().patterns:
            continue
        chosen = patterns.compiled([pattern])
        if not any(chosen(path[: path.rfind("/") + 1], path[path.rfind("/") + 1 :]) for path in seen.files):
            yield warning(
                f'feed.patterns: "{pattern}" matches no file in {feed.folder}',
                "Correct it or leave it out; ** stands for any folders, * for part of a name.",
            )


def _rejected(folder: Path, seen: Survey) -> Iterator[Finding]:
    if not seen.rejected:
        return
    first = seen.rejected[0]
    number = len(seen.rejected)
    if number == seen.read and not seen.articles:
        what = "no file in it is an article" if number > 1 else "the only file in it is not an article"
    else:
        what = f"{counted(number, 'file')} in it {'is not an article' if number == 1 else 'are not articles'}"
    yield warning(
        f"feed.folder: {folder}: {what}; {first.path}: {first.reason}",
        f"Correct the file, then see how it looks: `paperboy preview {folder / first.path}`.",
    )


def _waiting(folder: Path, seen: Survey) -> Iterator[Finding]:
    """Warn where every article waits for something."""
    waits = Counter(one.waits for one in seen.articles)
    if not seen.articles or Waits.NOTHING in waits:
        return
    words = ", ".join(f"{count} {(_WAITS_ONE if count == 1 else _WAITS)[wait]}" for wait, count in waits.most_common())
    yield warning(
        f"feed.folder: {folder}: none of its articles can be posted now: {words}",
        "Change that in the files, or see [feed] drafts, future and unpublished.",
    )
