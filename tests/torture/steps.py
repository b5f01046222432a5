"""The named steps that every run of `make torture` comes to. Named as in `victim`; which are killed is not told here.

A step of this list that never occurs fails the run: either the work is not done any more, or its function has another
name now, and then the name here is changed too (tests/torture/test_steps.py resolves each).
"""

from __future__ import annotations

from collections.abc import Collection

from bot.settings import Buttons

#: What commits, by module and function; "opening" is all that happens before the first of them.
COMMITS = (
    "opening",
    "conversation.membership._resume_channel",
    "ingest.recorder.record",
    "ingest.whole_scans.record_end",
    "publish.channel_start.begin",
    "publish.edit_jobs.settle",
    "publish.notifier._address",
    "publish.release.release_due",
    "publish.reporting._became",
    "publish.settling.interrupted",
    "publish.settling.write_down",
    "publish.work.due",
    "publish.work.plan_more",
    "store.chats.resolve",
    "store.chats.set_channels",
    "store.decided.prune",
    "store.facts.put",
    "store.indexing.build",
    "store.notices.all_clear",
    "store.notices.heard",
    "store.notices.prune",
    "store.notices.tell",
    "store.numbers.prune",
    "store.numbers.see",
    "store.outbox.begin",
    "store.pending.forget",
    "store.pending.prune",
    "store.pending.sent",
    "store.pending.tell",
    "store.pruning.attempts",
    "store.pruning.payloads",
    "store.pruning.topics",
    "store.pruning.updates",
    "store.recovery.found",
    "store.recovery.give_up",
    "store.recovery.later",
    "store.repeats.begin",
    "store.repeats.try_one",
    "store.searches.prune",
    "store.updates.handled",
    "store.updates.once",
    "store.updates.receive",
    "store.updates.unhandled",
)
#: The methods of the Bot API that are called.
CALLS = (
    "deleteMessage",
    "deleteWebhook",
    "editMessageText",
    "forwardMessage",
    "getChat",
    "getMe",
    "getUpdates",
    "sendMessage",
    "setMyCommands",
)
#: Only where posts have buttons under them: a lost post is searched for by its keyboard, and an editor may block the
#: bot, since nothing has to be forwarded to one.
WITH_KEYBOARD_COMMITS = (
    "conversation.chat_standing.park",
    "store.numbers.begin_keyboard_probe",
    "store.numbers.end_keyboard_probe",
)
WITH_KEYBOARD_CALLS = ("editMessageReplyMarkup", "getChatMember")
#: What only some runs come to, each with the reason.
SOMETIMES = {
    "store.pending.put": "an update is handled again when the time in which its edition could be undone is over",
}
#: Functions whose steps were listed under another name at d2f2f24 → their name now.
RENAMED = {
    "chat.membership._channel": "conversation.membership._resume_channel",
    "chat.office.park": "conversation.chat_standing.park",
    "publishing.announce.record": "ingest.recorder.record",
    "publishing.courier._due": "publish.work.due",
    "publishing.courier._stands": "publish.work.plan_more",
    "publishing.revising.settle": "publish.edit_jobs.settle",
    "publishing.settling.write_down": "publish.settling.write_down",
    "publishing.starting.begin": "publish.channel_start.begin",
    "store.doubts.begin_retouch": "store.numbers.begin_keyboard_probe",
    "store.doubts.end_retouch": "store.numbers.end_keyboard_probe",
    "store.doubts.found": "store.recovery.found",
    "store.doubts.give_up": "store.recovery.give_up",
    "store.doubts.interrupted": "publish.settling.interrupted",
    "store.doubts.later": "store.recovery.later",
    "store.doubts.prune": "store.numbers.prune",
    "store.doubts.repeat": "store.repeats.begin",
    "store.doubts.see": "store.numbers.see",
    "store.updates.clear_alerts": "store.notices.all_clear",
    "store.updates.prune": "store.pruning.updates",
}


def around_commits(*functions: str) -> tuple[str, ...]:
    """Return the steps before and after the commits of some functions."""
    return tuple(
        f"{when} commit {function}"
        for function in functions
        for when in ("before", "after")
    )


def around_calls(*methods: str) -> tuple[str, ...]:
    """Return the steps before and after the calls of some methods."""
    return tuple(
        f"{when} call {method}" for method in methods for when in ("before", "after")
    )


def listed(buttons: str) -> set[str]:
    """Return the steps that must occur. buttons: as in the settings."""
    steps = {*around_commits(*COMMITS), *around_calls(*CALLS)}
    if buttons == Buttons.KEYBOARD:
        steps.update(
            around_commits(*WITH_KEYBOARD_COMMITS), around_calls(*WITH_KEYBOARD_CALLS)
        )
    return steps


def missing(occurred: Collection[str], buttons: str) -> list[str]:
    """Return a failure for each listed step that did not occur."""
    return [
        f"never came to a step: {step}"
        for step in sorted(listed(buttons) - set(occurred))
    ]


def unlisted(occurred: Collection[str], buttons: str) -> list[str]:
    """Return the steps that occurred without being listed, here or as what only some runs come to."""
    return sorted(set(occurred) - listed(buttons) - set(around_commits(*SOMETIMES)))
