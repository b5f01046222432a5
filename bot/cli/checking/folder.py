"""The folder of articles: can it be read, and is there anything to post? Changes nothing."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.cli.checking.finding import Finding, fine, may, problem, warning
from bot.cli.checking.survey import Survey
from bot.domain.arrival import Waits, is_emptied
from bot.domain.plain_text import counted
from bot.feed import folder as folders
from bot.feed import patterns
from bot.settings import Feed, Settings

#: Why articles wait; stands behind their number.
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


def findings(chosen: Settings, survey: Survey) -> Iterator[Finding]:
    """Yield what the folder holds, and why nothing in it would be posted."""
    folder = chosen.feed.folder
    if what := folders.problem(folder):
        yield problem(
            f"feed.folder: {folder}: {what}", "Make it, or set [feed] folder."
        )
        return
    if not may(folder, os.R_OK | os.X_OK) or survey.files is None:
        yield problem(
            f"feed.folder: {folder}: can't be read",
            "Give the bot's user the right to read it.",
        )
        return
    doubts = [
        *_unread(folder, survey),
        *(list(_emptied(chosen, survey)) or _empty(chosen.feed, survey)),
        *_rejected(folder, survey),
        *_waiting(folder, survey),
    ]
    yield from doubts or [fine(f"feed.folder: {folder}")]
    yield from _patterns(chosen.feed, survey)


def _unread(folder: Path, survey: Survey) -> Iterator[Finding]:
    for path in survey.unread[:3]:
        yield warning(
            f"feed.folder: {folder / path}: this folder can't be read, "
            "so none of its articles are posted",
            "Give the bot's user the right to read it.",
        )
    if (more := len(survey.unread) - 3) > 0:
        yield warning(
            f"feed.folder: {folder}: {counted(more, 'more folder')} in it can't be read",
            "Give the bot's user the right to read them.",
        )


def _emptied(chosen: Settings, survey: Survey) -> Iterator[Finding]:
    """Warn of a folder that held articles and is now empty or nearly empty."""
    there = len(survey.files or ())
    if not is_emptied(survey.recorded, there):
        return
    verb = "is" if survey.recorded == 1 else "are"
    known = counted(survey.recorded, "file")
    yield warning(
        f"feed.folder: {chosen.feed.folder}: {there} of {known} {verb} there",
        "Is its disk mounted? Nothing is taken back, and files that return are recognised.",
    )


def _empty(feed: Feed, survey: Survey) -> Iterator[Finding]:
    """Warn if no file is chosen: the folder is empty, or no file matches the patterns."""
    if survey.files:
        return
    others = [
        place.relative_to(feed.folder)
        for place in _some(feed.folder)
        if place.is_file() and not patterns.skipped(place.name)
    ]
    if others:
        example = min(others, key=Path.as_posix)
        yield warning(
            f"feed.folder: {feed.folder}: no file matches feed.patterns, "
            f"for example {example.as_posix()} does not",
            f'Add its kind to [feed] patterns, like "**/*{example.suffix or example.name}".',
        )
    else:
        yield warning(
            f"feed.folder: {feed.folder}: is empty, so there is nothing to post",
            "Put articles into it, or set [feed] folder to where they are.",
        )


def _some(folder: Path, most: int = 1_000) -> Iterator[Path]:
    """Yield up to `most` files in a folder and below."""
    count = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if count == most:
                return
            count += 1
            yield Path(place) / name


def _patterns(feed: Feed, survey: Survey) -> Iterator[Finding]:
    """Warn of each of the operator's own patterns that matches no file, if others match some."""
    if not survey.files:
        return
    for pattern in feed.patterns:
        if pattern in Feed().patterns:
            continue
        if not _matches_any(pattern, survey.files):
            yield warning(
                f'feed.patterns: "{pattern}" matches no file in {feed.folder}',
                "Correct it or leave it out; ** stands for any folders, * for part of a name.",
            )


def _matches_any(pattern: str, paths: Iterable[str]) -> bool:
    matches = patterns.compiled([pattern])
    for path in paths:
        folder, slash, name = path.rpartition("/")
        if matches(folder + slash, name):
            return True
    return False


def _rejected(folder: Path, survey: Survey) -> Iterator[Finding]:
    if not survey.rejected:
        return
    first = survey.rejected[0]
    number = len(survey.rejected)
    nothing_else = number == survey.read and not survey.articles
    if nothing_else and number == 1:
        what = "the only file in it is not an article"
    elif nothing_else:
        what = "no file in it is an article"
    else:
        verb = "is not an article" if number == 1 else "are not articles"
        what = f"{counted(number, 'file')} in it {verb}"
    yield warning(
        f"feed.folder: {folder}: {what}; {first.path}: {first.reason}",
        f"Correct the file, then see how it looks: `paperboy preview {folder / first.path}`.",
    )


def _waiting(folder: Path, survey: Survey) -> Iterator[Finding]:
    """Warn if every article waits for something."""
    waits = Counter(one.waits for one in survey.articles)
    if not survey.articles or Waits.NOTHING in waits:
        return
    reasons = []
    for wait, count in waits.most_common():
        words = _WAITS_ONE if count == 1 else _WAITS
        reasons.append(f"{count} {words[wait]}")
    yield warning(
        f"feed.folder: {folder}: none of its articles can be posted now: {', '.join(reasons)}",
        "Change that in the files, or see [feed] drafts, future and unpublished.",
    )
