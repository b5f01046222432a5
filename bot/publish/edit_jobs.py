"""Posts that no longer show their article as it is: what is done about it, and what the answer means. Sends nothing.

The rules, beside docs/architecture.md, Change:

* An edit carries the post's full state. One that would show what is there already is not sent.
* No change is too great for an edit: what a file tells at its address is the same article. A new title at a new
  address is another article, and then nothing is edited.
* A picture can be added to a text, but a photo can't become a text: its words become the caption.
* A post that somebody deleted is marked `gone` and never sent again; an editor's /republish makes a new one.
* A post that Telegram lets nobody change stays as it is, and the editors hear. The article's next change tries again.
* What was taken back stays so, even if the article returns: deleted posts can't come back, and the note says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.delivery import (
    MISSING,
    RIGHTS_SECONDS,
    Gone,
    Lane,
    Migrated,
    Outcome,
    Payload,
    Refused,
    Revoked,
    Sent,
    Unknown,
    Wait,
    pause_alert,
)
from bot.domain.notices import Alert
from bot.publish.composing import Composer, Material
from bot.store import chats, edits
from bot.store.database import Database, transaction
from bot.store.edits import DueEdit
from bot.store.payloads import remembered

#: An edit whose answer was lost is simply made again after so many seconds: it can't have two effects.
AGAIN = 10.0


@dataclass(frozen=True, slots=True)
class EditJob:
    """One edit or deletion."""

    revision: DueEdit
    form: str
    payload: Payload
    #: What the post's row holds afterwards: as if it had been sent so.
    as_sent: Payload
    takes_back: bool

    @property
    def needless(self) -> bool:
        """Whether the post shows this form of its article already, so that Telegram would refuse the edit as none.

        A post that is due without a new form is put right: a look gave it another's keyboard (`store.recovery`).
        """
        post, before = self.revision, self.revision.to.delivery.payload
        alike = before is not None and remembered(self.as_sent) == remembered(before)
        return not self.takes_back and post.form != self.form and alike


def edit_job(composer: Composer, revision: DueEdit, material: Material, at: datetime) -> EditJob:
    """Return what brings a post up to date."""
    before = revision.to.delivery.payload or {}
    payload, takes_back = composer.revision(revision, material, at)
    as_sent = before if takes_back else _as_sent(payload, composer.post(material), before)
    return EditJob(revision, material.stored.fingerprint, payload, as_sent, takes_back)


def skip(db: Database, edit_job: EditJob, at: datetime) -> None:
    """Write that a post shows its article as it is, without an edit."""
    edits.unchanged(db, edit_job.revision.to.delivery.id, edit_job.form, at)


def settle(db: Database, edit_job: EditJob, outcome: Outcome, at: datetime) -> Alert | None:
    """Write what became of an errand; return what the editors should hear, if anything."""
    delivery = edit_job.revision.to.delivery
    with transaction(db):
        if isinstance(outcome, Sent):
            return _done(db, edit_job, at)
        if isinstance(outcome, Wait):
            until = at + timedelta(seconds=outcome.seconds)
            edits.later(db, delivery.id, until, outcome.reason, at)
            if outcome.flood or outcome.lost_rights:
                chats.pause(db, delivery.chat, until, outcome.reason, only_thread=outcome.only_thread)
            return pause_alert(outcome, delivery.lane)
        if isinstance(outcome, Migrated):
            chats.move(db, edit_job.revision.to.chat_id, outcome.chat_id)
        elif isinstance(outcome, Unknown | Revoked):
            edits.later(db, delivery.id, at + timedelta(seconds=AGAIN), outcome.reason, at)
        elif isinstance(outcome, Gone):
            return _gone(db, edit_job, outcome, at)
        else:
            return _refused(db, edit_job, outcome, at)
    return None


def _done(db: Database, edit_job: EditJob, at: datetime) -> Alert | None:
    """Write that an edit or deletion was made. Where a post could only be edited to a note, the editors hear."""
    delivery = edit_job.revision.to.delivery.id
    if not edit_job.takes_back:
        edits.edited(db, delivery, edit_job.form, edit_job.as_sent, at)
        return None
    edits.withdrawn(db, delivery, "the article was withdrawn", at)
    return None if edit_job.payload["method"] == "deleteMessage" else Alert.NOTE_LEFT


def _gone(db: Database, edit_job: EditJob, outcome: Gone, at: datetime) -> Alert | None:
    """Let the edit wait until the chat is back: a reader's until they are, a channel's for a while."""
    delivery = edit_job.revision.to.delivery
    until = at + timedelta(seconds=RIGHTS_SECONDS)
    edits.later(db, delivery.id, until, outcome.reason, at)
    if delivery.lane is not Lane.CHANNEL:
        chats.park(db, delivery.chat, outcome.reason)
        return None
    chats.pause(db, delivery.chat, until, outcome.reason)
    return Alert.GONE


def _refused(db: Database, edit_job: EditJob, outcome: Refused, at: datetime) -> Alert | None:
    """Try what may mend it once; a post that can't be deleted is edited to a note instead; else it stays as it is."""
    delivery = edit_job.revision.to.delivery
    if outcome.reason.startswith(MISSING):
        edits.gone(db, delivery.id, "somebody deleted the post", at)
        return None
    tried = delivery.mend.split()
    mend = "keep" if edit_job.payload["method"] == "deleteMessage" else outcome.mend
    if mend and mend not in tried:
        edits.later(db, delivery.id, at, outcome.reason, at, mend=" ".join([*tried, mend]))
    else:
        edits.given_up(db, delivery.id, outcome.reason, at)
        return Alert.EDIT_REFUSED
    return None


def _as_sent(edit: Payload, post: Payload, before: Payload) -> Payload:
    """Return what the post's row holds after an edit: the post, or the photo it stays with the words as its caption."""
    if edit["method"] != "editMessageCaption" or post["method"] != "sendMessage":
        return post
    words: Payload = {key: edit[key] for key in ("caption", "parse_mode") if key in edit}
    buttons: Payload = {key: post[key] for key in ("reply_markup",) if key in post}
    return {"method": "sendPhoto", "photo": before["photo"], **words, **buttons}
