"""Finds filters of channels that no article passes. Pure; reads neither folder nor database."""

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


def findings(
    chosen: Settings, taxonomy: Taxonomy, survey: Survey, at: datetime
) -> Iterator[Finding]:
    """Yield each setting that leaves nothing to post."""
    yield from _age(chosen, survey, at)
    yield from _first_run(chosen, survey)
    yield from _held_for_nobody(chosen)
    for channel in chosen.channels:
        doubts = [*_quality(channel, survey), *_topics(channel, taxonomy, survey)]
        yield from doubts or _both(channel, taxonomy, survey)


def _age(chosen: Settings, survey: Survey, at: datetime) -> Iterator[Finding]:
    dates = [one.published for one in survey.articles]
    newest = max((date for date in dates if date), default=None)
    if chosen.feed.max_age is None or newest is None or None in dates:
        return
    if at - newest <= chosen.feed.max_age:
        return
    yield warning(
        f"feed.max_age_days = {chosen.feed.max_age_days}: every article is older; "
        f"the newest is {counted((at - newest).days, 'day')} old",
        "Raise it, or set it to 0 to post articles of any age.",
    )


def _first_run(chosen: Settings, survey: Survey) -> Iterator[Finding]:
    if (
        chosen.feed.newest != 0
        or survey.begun
        or not survey.articles
        or not chosen.channels
    ):
        return
    number = len(survey.articles)
    subject = (
        "the article that is" if number == 1 else f"the {number:,} articles that are"
    )
    yield warning(
        f"feed.first_run = 0: {subject} there now will not be posted, only what arrives later",
        "Set it to the number of newest articles that a channel should start with.",
    )


def _held_for_nobody(chosen: Settings) -> Iterator[Finding]:
    """Warn of settings that wait for an editor if there are no editors."""
    if chosen.telegram.admins:
        return
    lines = []
    if chosen.feed.drafts == "hold":
        lines.append('feed.drafts = "hold"')
    if chosen.feed.unpublished == "hold":
        lines.append('feed.unpublished = "hold"')
    asking = [
        channel.chat for channel in chosen.channels if channel.on_doubt is OnDoubt.ASK
    ]
    lines += [f'channels: {chat}: on_doubt = "ask"' for chat in asking]
    for line in lines:
        yield warning(
            f"{line} waits for an editor, and there are none",
            "Add user ids to [telegram] admins.",
        )


def _quality(channel: Channel, survey: Survey) -> Iterator[Finding]:
    most = USUAL_BEST if survey.best is None else survey.best
    if channel.min_quality <= most:
        return
    if survey.best is None:
        reason = f"qualities usually end at {USUAL_BEST}"
    else:
        reason = f"{survey.none} has it; the highest quality is {survey.best}"
    yield warning(
        f"channels: {_name(channel)}: min_quality = {channel.min_quality}: {reason}",
        "Lower min_quality in its [[channels]] block.",
    )


def _topics(channel: Channel, taxonomy: Taxonomy, survey: Survey) -> Iterator[Finding]:
    names = list(dict.fromkeys([*(one.name for one in taxonomy), *survey.topics]))
    known = {topics.key(name) for name in names}
    for name in channel.topics:
        if topics.key(taxonomy.name(name)) in known:
            continue
        near = topics.nearest([name], names, 1)
        fix = (
            f"Did you mean {near[0]}?"
            if near
            else "Correct it, unless articles on it are still to come."
        )
        yield warning(
            f"channels: {_name(channel)}: topics: “{name}”: "
            f"{survey.none} carries it and topics.toml does not describe it",
            fix,
        )


def _both(channel: Channel, taxonomy: Taxonomy, survey: Survey) -> Iterator[Finding]:
    """Warn if no article passes both filters, although some pass each."""
    keys = {topics.key(taxonomy.name(name)) for name in channel.topics}
    if not survey.articles or not (keys or channel.min_quality):
        return
    for article in survey.articles:
        if article.quality >= channel.min_quality and (not keys or article.keys & keys):
            return
    number = len(survey.articles)
    subject = (
        "the one article there is does not pass"
        if number == 1
        else f"none of {number:,} articles passes"
    )
    yield warning(
        f"channels: {_name(channel)}: {subject} its filters (topics, min_quality)",
        "Widen them in its [[channels]] block, unless such articles are still to come.",
    )


def _name(channel: Channel) -> str:
    if not channel.thread:
        return channel.chat
    return f"{channel.chat}, thread {channel.thread}"
