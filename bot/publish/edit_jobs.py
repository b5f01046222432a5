"""Posts that no longer show their article as it is: what is done about it. Sends nothing.

What an answer means is decided in `domain.edit_interpretation.after_edit`. The rules, beside
docs/architecture.md, Change:

* An edit carries the post's full state. One that would show what is there already is not sent.
* No change is too great for an edit: what a file says at its address is the same article. A new
  title at a new address is another article, and then nothing is edited.
* A picture can be added to a text, but a photo can't become a text: its words become the caption.
* A post that somebody deleted is marked `gone` and never sent again; /republish makes a new one.
* A post that Telegram does not let the bot change stays as it is, and the editors are told. The
  article's next change tries again.
* A withdrawn post stays withdrawn, even if the article returns: a deleted post cannot come back,
  and a note that replaced one says that the article was taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.domain.delivery import Payload
from bot.domain.edit_interpretation import after_edit
from bot.domain.notices import Alert
from bot.domain.outcome import Outcome
from bot.domain.settlement import EditAction, EditSettlement, EditState
from bot.publish.composing import Composer, Material
from bot.store import addressing, edit_outcomes, pauses, standings
from bot.store.database import Database, transaction
from bot.store.edits import DueEdit
from bot.store.payloads import remembered


@dataclass(frozen=True, slots=True)
class EditJob:
    """One edit or deletion."""

    due: DueEdit
    #: The fingerprint that the post shows afterwards.
    form: str
    payload: Payload
    #: What the post's row holds afterwards: as if it had been sent so.
    as_sent: Payload
    action: EditAction

    @property
    def is_needless(self) -> bool:
        """Return True if the post shows this form of its article, so that no edit is needed.

        A post that is due without a new form has the keyboard of another post, which a probe set
        (`store.recovery`); the edit restores its own.
        """
        if self.action is not EditAction.EDIT:
            return False
        if self.due.form == self.form:
            return False
        before = self.due.to.delivery.payload
        if before is None:
            return False
        return remembered(self.as_sent) == remembered(before)


def edit_job(
    composer: Composer, due: DueEdit, material: Material, at: datetime
) -> EditJob:
    """Return what brings a post up to date."""
    before = due.to.delivery.payload or {}
    payload, action = composer.edit(due, material, at)
    as_sent = before
    if action is EditAction.EDIT:
        as_sent = _as_sent(payload, composer.post(material), before)
    return EditJob(due, material.stored.fingerprint, payload, as_sent, action)


def skip(db: Database, edit_job: EditJob, at: datetime) -> None:
    """Record that a post shows its article as it is, without an edit."""
    delivery = edit_job.due.to.delivery
    edit_outcomes.unchanged(db, delivery.id, edit_job.form, at)


def settle(
    db: Database, edit_job: EditJob, outcome: Outcome, at: datetime
) -> Alert | None:
    """Record what became of an edit job; return the alert for the editors, if there is one."""
    to = edit_job.due.to
    chat = to.delivery.chat
    settlement = after_edit(outcome, to.delivery, edit_job.action, at)
    until, reason = settlement.not_before, settlement.reason
    with transaction(db):
        _settle_post(db, edit_job, settlement, at)
        if settlement.parks:
            standings.park(db, chat, reason)
        if settlement.pauses_chat and until:
            only_thread = settlement.only_thread
            pauses.pause(db, chat, until, reason, only_thread=only_thread)
        if settlement.moved_to is not None:
            addressing.move(db, to.chat_id, settlement.moved_to)
    return settlement.alert


def _settle_post(
    db: Database, edit_job: EditJob, settlement: EditSettlement, at: datetime
) -> None:
    """Record what became of the post. An edit that is due at once stays as it is recorded."""
    post, reason = edit_job.due.to.delivery.id, settlement.reason
    match settlement.state:
        case EditState.DONE if edit_job.action is EditAction.EDIT:
            edit_outcomes.edited(db, post, edit_job.form, edit_job.as_sent, at)
        case EditState.DONE:
            edit_outcomes.withdrawn(db, post, "the article was withdrawn", at)
        case EditState.DUE:
            until, fallbacks = settlement.not_before, settlement.fallbacks
            if until:
                edit_outcomes.later(db, post, until, reason, at, fallbacks=fallbacks)
        case EditState.POST_GONE:
            edit_outcomes.gone(db, post, reason, at)
        case EditState.GIVEN_UP:
            edit_outcomes.given_up(db, post, reason, at)
        case _:
            assert_never(settlement.state)


def _as_sent(edit: Payload, post: Payload, before: Payload) -> Payload:
    """Return the payload that the post's row holds after an edit.

    A photo stays a photo: the text becomes its caption.
    """
    if edit["method"] != "editMessageCaption" or post["method"] != "sendMessage":
        return post
    as_sent: Payload = {"method": "sendPhoto", "photo": before["photo"]}
    for key in ("caption", "parse_mode"):
        if key in edit:
            as_sent[key] = edit[key]
    if "reply_markup" in post:
        as_sent["reply_markup"] = post["reply_markup"]
    return as_sent
