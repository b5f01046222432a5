"""A known article takes on what its file says now: words, topics, withdrawal, waiting, a merge.

Decides nothing about what a file means; see `recorder`. Plans edits, sends nothing.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.arrival import HIDDEN, Waits, is_too_old
from bot.domain.article import Stored
from bot.domain.delivery import State
from bot.domain.record import facts
from bot.ingest import arrivals
from bot.ingest.batch import Batch
from bot.ingest.cases import Case
from bot.planning import opening
from bot.store import (
    article_files,
    articles,
    edits,
    fanouts,
    files,
    follows,
    forms,
    holding,
    merging,
    outbox,
    recording,
    withdrawals,
)
from bot.store.database import Database


def update(batch: Batch, stored: Stored, case: Case) -> bool:
    """Write an article's new fields; plan edits, withdrawal or release as they ask for it.

    Return True if readers see something else than before.
    """
    db, at = batch.db, batch.at
    record = case.record
    if case.is_as_recorded(stored):
        return False
    is_upgrade = case.was_read_alike(stored)
    if is_upgrade:
        forms.adopt(db, stored.id, stored.fingerprint, record.fingerprint)
    articles.update(db, stored.id, record, path=case.path)
    has_new_topics = _set_topics(batch, stored.id, record.topics)
    if record.removed != stored.withdrawn:
        set_withdrawn(db, stored.id, record.removed, at)
    waits = _update_waiting(batch, stored, case, is_upgrade=is_upgrade)
    is_back = stored.withdrawn and not record.removed
    _open_missing(
        batch,
        stored,
        case,
        has_new_topics=has_new_topics,
        is_upgrade=is_upgrade,
        is_back=is_back,
    )
    changed = not is_upgrade and record.fingerprint != stored.fingerprint
    is_shown = not record.removed and waits not in HIDDEN
    if is_shown and (changed or is_back):
        edits.plan(db, stored.id, record.fingerprint, batch.edits_due)
    return changed


def _set_topics(batch: Batch, number: int, names: tuple[str, ...]) -> bool:
    """Write an article's topics over those that it had; return True if some are new."""
    db = batch.db
    before = follows.keys_of(db, number)
    # First: a topic that no other article carries takes the spelling that its file has now.
    recording.remove_topics(db, number)
    topics = batch.topics.of(names)
    rows = topics.rows_of(number)
    recording.add_topics(db, rows)
    return not topics.keys <= before


def _update_waiting(
    batch: Batch, stored: Stored, case: Case, *, is_upgrade: bool
) -> Waits:
    """Let an article wait, or wait no more, as its file now says; return what it waits for."""
    db = batch.db
    now = case.record.facts
    was_free = stored.waits is Waits.NOTHING
    if is_upgrade and was_free and holding.went_out(db, stored.id):
        # Posted by an earlier version, whatever it would wait for now.
        return Waits.NOTHING
    before = now if is_upgrade else facts(stored.article)
    waits = batch.rules.waits(now, batch.at, stored.waits, before)
    if waits is stored.waits:
        return waits
    if waits is Waits.NOTHING:
        _release(batch, stored.id)
    else:
        arrivals.hold(db, stored, waits, batch.at)
    return waits


def _open_missing(
    batch: Batch,
    stored: Stored,
    case: Case,
    *,
    has_new_topics: bool,
    is_upgrade: bool,
    is_back: bool,
) -> None:
    """Open the deliveries that an article gets by its new topics or quality, or as it is back."""
    before = stored.article.quality
    quality = case.record.quality
    has_new_followers = has_new_topics or is_back
    if is_upgrade and not is_back and before in (0, quality):
        opening.pass_over(batch.db, stored.id, batch.rules.channels, batch.at)
    elif has_new_followers or quality != before:
        _post(batch, stored.id, followers=has_new_followers)


def set_withdrawn(db: Database, number: int, withdrawn: bool, at: datetime) -> None:
    """Withdraw an article or undo that, with the second posts of the articles merged into it."""
    articles.set_withdrawn(db, number, withdrawn)
    if withdrawn:
        fanouts.cancel(db, number)
        withdrawals.plan(db, number, at)
    else:
        withdrawals.cancel(db, number)
    for other in merging.joined(db, number):
        articles.set_withdrawn(db, other, withdrawn)
        if withdrawn:
            withdrawals.plan(db, other, at)
        else:
            withdrawals.leave(db, other)


def merge(batch: Batch, one: Stored, other: Stored) -> Stored:
    """Merge the newer of two articles into the older; return that. It is there if either was.

    Posts of the newer where the older had none go on as the older's, and show it. Where neither had
    any, because one was withdrawn and the other its copy, the article is posted now.
    """
    db = batch.db
    kept, merged = one, other
    if kept.id > merged.id:
        kept, merged = merged, kept
    if kept.withdrawn and not merged.withdrawn:
        set_withdrawn(db, kept.id, False, batch.at)
    if kept.held and _is_posted(merged):
        _release(batch, kept.id)
    merging.articles(db, kept.id, merged.id)
    kept = articles.get(db, kept.id) or kept
    if kept.held:
        holding.hold(db, [kept.id], kept.waits)
    elif merged.held:
        _free_deliveries(batch, kept)
    if not kept.withdrawn:
        _post(batch, kept.id)
        edits.plan(db, kept.id, kept.fingerprint, batch.edits_due)
    return kept


def _is_posted(article: Stored) -> bool:
    """Return True if an article neither waits nor is withdrawn, and is no copy."""
    if article.held or article.withdrawn:
        return False
    return article.copy_of is None


def _free_deliveries(batch: Batch, article: Stored) -> None:
    """Let the deliveries go out that an article has from one that waits."""
    max_age = batch.rules.max_age
    is_old = is_too_old(article.effective_date, batch.at, max_age)
    state = opening.first_state(is_held=False, is_old=is_old)
    outbox.change_state(batch.db, article.id, State.HELD, state)


def hand_over(db: Database, left: Stored, path: str) -> None:
    """Give an article that its file no longer describes to another living file of it.

    That file is read again.
    """
    if left.path != path:
        return
    for other in article_files.of_article(db, left.id):
        if other != path:
            articles.set_file(db, left.id, other)
            files.reread(db, other)
            return
    articles.set_file(db, left.id, None)


def _release(batch: Batch, number: int) -> None:
    rules = batch.rules
    opening.release(
        batch.db,
        number,
        rules.channels,
        batch.at,
        by_source=True,
        max_age=rules.max_age,
        gather=rules.gather,
    )


def _post(batch: Batch, number: int, *, followers: bool = True) -> None:
    rules = batch.rules
    opening.post(
        batch.db,
        number,
        rules.channels,
        batch.at,
        max_age=rules.max_age,
        followers=followers,
    )
