"""`paperboy verify`: checks the database against itself and the settings. Changes nothing.

It checks the promise of docs/architecture.md, Delivery: every article that should be in a channel
has exactly one delivery of each edition, settled or waiting for a reason, and nothing was sent
twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot import settings
from bot.domain.article import short_id
from bot.domain.delivery import Channel
from bot.domain.topics import Taxonomy
from bot.planning import naming
from bot.publish import channels, passed_over
from bot.store import audit, chats, follows
from bot.store.chats import Chat
from bot.store.database import Database
from bot.store.oddities import Oddity, OddityKind

#: Kind of finding → its words. "{detail}" comes from the rows.
_WORDS = {
    OddityKind.DAMAGED: "the file is damaged: {detail}. `paperboy restore` a copy",
    OddityKind.POINTS_NOWHERE: "a row refers to one that does not exist: {detail}",
    OddityKind.TWICE: "edition {detail} was sent twice",
    OddityKind.SAME_MESSAGE: "two deliveries have message {detail}",
    OddityKind.NO_NUMBER: "counts as sent, but has no message number",
    OddityKind.NO_PAYLOAD: "was sent, but what was sent is not recorded",
    OddityKind.LATE: "waits for more than a day though nothing holds it: is the bot running? "
    "{detail}",
    OddityKind.LEFT_SENDING: "was being sent when the last run ended; the next run looks for it",
    OddityKind.OUT_OF_LINE: "waits where it is never looked for, or ahead of its turn; "
    "`paperboy restore` a copy",
    OddityKind.DOUBT_FORGOTTEN: "is in doubt, and is not being looked for",
    OddityKind.OLD_FORM: "shows an earlier state of its article, and no edit is planned",
    OddityKind.NOT_TAKEN_BACK: "shows a withdrawn article, and is not to be taken back",
    OddityKind.WITHDRAWN_WAITS: "waits though its article is withdrawn",
    OddityKind.HELD_WAITS_NOT: "and its article disagree on whether the article waits",
    OddityKind.HIDDEN_WRONGLY: "is hidden from readers though what it waits for says it is not, "
    "or the reverse: {detail}",
    OddityKind.JOINED_WAITS: "waits though its article lives on in another",
    OddityKind.REVISED_UNSENT: "is to be edited, but was not sent",
    OddityKind.UNOPENED_EDITION: "is of an edition that was never opened",
    OddityKind.NO_ADDRESS: "no address leads to it: {detail}",
    OddityKind.ADDRESS_LOST: "its own address does not lead to it: {detail}",
    OddityKind.COPY_OF_A_COPY: "is a copy of a copy, or of itself",
    OddityKind.OWNER_GONE: "belongs to a file that is not known: {detail}",
    OddityKind.NO_OWNER: "belongs to no file though one holds it: {detail}",
    OddityKind.FANOUT_OF_NOTHING: "is being planned for followers, though readers may not see it",
    OddityKind.UNSERVED: "has no delivery to some who followed its topics when it was recorded: "
    "{detail} of them",
    OddityKind.MISSED: "arrived after this computer's clock had been set back, and an earlier "
    "version passed over followers of its topics: {detail} may have missed it. "
    "When it starts, the bot asks its editors whether to send it to them",
    OddityKind.ABSENT: "has no delivery there, though it was recorded since the channel began and "
    "its filters admit it. `/republish {detail}` posts it; "
    "ask for it also if you widened the filters",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that ought not to be."""

    kind: OddityKind
    #: The article's and the chat's names, as far as it is about one; may be empty.
    about: str
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was checked, by number of rows, and what was found."""

    counts: dict[str, int] = field(default_factory=dict)
    findings: Sequence[Finding] = ()


def verify(
    db: Database,
    chosen: Sequence[settings.Channel],
    taxonomy: Taxonomy,
    at: datetime,
    *,
    running: bool,
    max_age: timedelta | None = None,
) -> Verified:
    """Check the whole database. A damaged one is checked no further.

    running: a bot has it. max_age: older articles are not delivered; None: all are.
    """
    found = list(audit.damage(db))
    if not any(one.kind is OddityKind.DAMAGED for one in found):
        begun = list(_begun(db, chosen, taxonomy))
        found += audit.oddities(db, at, running=running)
        for channel in begun:
            found += _absent(db, channel)
        found += audit.unserved(db, at - max_age if max_age else None)
        found += _passed_over(db, begun)
    findings = [_finding(db, one) for one in found]
    return Verified(audit.counts(db), findings)


def _begun(
    db: Database, chosen: Sequence[settings.Channel], taxonomy: Taxonomy
) -> Iterator[Channel]:
    """Yield the channels of the settings whose start was applied."""
    rows: dict[tuple[str, int], Chat] = {}
    for row in chats.channels(db):
        name = (row.setting or "").casefold()
        rows[name, row.thread] = row
    for setting in chosen:
        name = setting.chat.casefold()
        found = rows.get((name, setting.thread))
        if found is None or found.begun is None:
            continue
        yield channels.admission(found, setting, taxonomy)


def _absent(db: Database, channel: Channel) -> Iterator[Oddity]:
    """Yield the articles that a channel of the settings should have, and has no delivery of."""
    for article, quality in audit.absent(db, channel.chat):
        topics = follows.keys_of(db, article)
        if not channel.admits(topics, quality):
            continue
        yield Oddity(
            OddityKind.ABSENT,
            article,
            channel.chat,
            detail=short_id(article),
        )


def _passed_over(db: Database, begun: Sequence[Channel]) -> Iterator[Oddity]:
    """Yield the articles that followers may have missed because the clock was set back."""
    found = passed_over.find(db, begun)
    for article, followers in found.followers.items():
        count = f"{len(followers):,}"
        yield Oddity(OddityKind.MISSED, article, detail=count)


def _finding(db: Database, one: Oddity) -> Finding:
    names = []
    if one.article is not None:
        names.append(_article(db, one.article))
    if one.chat is not None:
        names.append(_chat(db, one.chat))
    if one.delivery is not None and not names:
        names.append(f"delivery {one.delivery}")
    words = _WORDS[one.kind]
    what = words.format(detail=one.detail)
    return Finding(
        kind=one.kind,
        about=", ".join(names),
        what=what.strip().rstrip(":"),
    )


def _article(db: Database, number: int) -> str:
    """Return an article's title and file; one that lives on in another by that one's."""
    name = naming.article(db, number)
    if name is None:
        return "an article that does not exist"
    title = f"“{name.title}”"
    return f"{title} ({name.file})" if name.file else title


def _chat(db: Database, number: int) -> str:
    """Return a channel's name; a reader is nobody's business, not even an operator's."""
    found = chats.get(db, number)
    if found is None:
        return "a chat that is not known"
    return naming.chat(db, number) if found.setting else f"a {found.kind} chat"
