"""Compares the channels' filters with the articles there are, to find filters that nothing passes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.cli.checking.finding import Finding, warning
from bot.cli.checking.survey import Survey
from bot.domain import topics
from bot.domain.chat import OnDoubt
from bot.domain.plain_text import counted
from bot.domain.topics import Taxonomy
from bot.settings import Channel, Settings

#: The highest quality where no article shows a higher one.
USUAL_BEST = 100


def findings(found: Settings, taxonomy: Taxonomy, seen: Survey, at: datetime) -> Iterator[Finding]:
    """Yield each setting that leaves nothing to post."""
    yield from _age(found, seen, at)
    yield from _first_run(found, seen)
    yield from _held_for_nobody(found)
    for channel in found.channels:
        doubts = [*_quality(channel, seen), *_topics(channel, taxonomy, seen)]
        yield from doubts or _both(channel, taxonomy, seen)


def _age(found: Settings, seen: Survey, at: datetime) -> Iterator[Finding]:
    dates = [one.published for one in seen.articles]
    newest = max((date for date in dates if date), default=None)
    if found.feed.max_age is None or newest is None or None in dates or at - newest <= found.feed.max_age:
        return
    yield warning(
        f"feed.max_age_days = {found.feed.max_age_days}: every article is older; "
        f"the newest is {counted((at - newest).days, 'day')} old",
        "Raise it, or set it to 0 to post articles of any age.",
    )


def _first_run(found: Settings, seen: Survey) -> Iterator[Finding]:
    if found.feed.newest != 0 or seen.begun or not seen.articles or not found.channels:
        return
    number = len(seen.articles)
    subject = "the article that is" if number == 1 else f"the {number:,} articles that are"
    yield warning(
        f"feed.first_run = 0: {subject} there now will not be posted, only what arrives later",
        "Set it to the number of newest articles that a channel should start with.",
    )


def _held_for_nobody(found: Settings) -> Iterator[Finding]:
    """Warn of what waits for an editor where there are none."""
    if found.telegram.admins:
        return
    waiting = [f"feed.{name}" for name in ("drafts", "unpublished") if getattr(found.feed, name) == "hold"]
    waiting += [f"channels: {one.chat}: on_doubt" for one in found.channels if one.on_doubt is OnDoubt.ASK]
    for name in waiting:
        value = "ask" if name.endswith("on_doubt") else "hold"
        yield warning(
            f'{name} = "{value}" waits for an editor, and there are none', "Add user ids to [telegram] admins."
        )


def _quality(channel: Channel, seen: Survey) -> Iterator[Finding]:
    most = USUAL_BEST if seen.best is None else seen.best
    if channel.min_quality <= most:
        return
    if seen.best is None:
        reason = f"qualities usually end at {USUAL_BEST}"
    else:
        reason = f"{seen.none} has it; the highest quality is {seen.best}"
    yield warning(
        f"channels: {_name(channel)}: min_quality = {channel.min_quality}: {reason}",
        "Lower min_quality in its [[channels]] block.",
    )


def _topics(channel: Channel, taxonomy: Taxonomy, seen: Survey) -> Iterator[Finding]:
    names = list(dict.fromkeys([*(one.name for one in taxonomy), *seen.topics]))
    known = {topics.key(name) for name in names}
    for name in channel.topics:
        if topics.key(taxonomy.name(name)) in known:
            continue
        near = topics.nearest([name], names, 1)
        fix = f"Did you mean {near[0]}?" if near else "Correct it, unless articles on it are still to come."
        yield warning(
            f"channels: {_name(channel)}: topics: “{name}”: "
            f"{seen.none} carries it and topics.toml does not describe it",
            fix,
        )


def _both(channel: Channel, taxonomy: Taxonomy, seen: Survey) -> Iterator[Finding]:
    """Warn where each filter is sound by itself and yet no article passes them."""
    wanted = {topics.key(taxonomy.name(name)) for name in channel.topics}
    if not seen.articles or not (wanted or channel.min_quality):
        return
    if any(one.quality >= channel.min_quality and (not wanted or one.keys & wanted) for one in seen.articles):
        return
    number = len(seen.articles)
    subject = "the one article there is does not pass" if number == 1 else f"none of {number:,} articles passes"
    yield warning(
        f"channels: {_name(channel)}: {subject} its filters (topics, min_quality)",
        "Widen them in its [[channels]] block, unless such articles are still to come.",
    )


def _name(channel: Channel) -> str:
    return f"{channel.chat}, thread {channel.thread}" if channel.thread else channel.chat
