"""What is written down of a message's payload, as JSON. Knows no table.

A channel's post is looked for by its words when its answer is lost, so they are written down whole before the call. Of
a message to a reader, and of one that is long over, only what an edit needs is kept.
"""

from __future__ import annotations

import hashlib
import json

from bot.domain.delivery import Lane, Payload


def remembered(payload: Payload) -> Payload:
    """Return what is kept of a message that need not be found by its words: how it was sent, its picture, a digest.

    Two payloads are identical if the same is remembered of both. What is already shortened is returned unchanged.
    """
    if "digest" in payload:
        return payload
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    kept: Payload = {key: payload[key] for key in ("method", "photo") if key in payload}
    return {**kept, "digest": hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}


def written(payload: Payload, lane: int) -> str:
    """Return a payload as it is written down: a channel's whole."""
    return json.dumps(payload if lane == Lane.CHANNEL else remembered(payload), ensure_ascii=False)


def shortened(text: str | None) -> str | None:
    """Return what is to be written in the place of an old payload; None where nothing is to be changed."""
    payload = read(text)
    if payload is None or "method" not in payload or "digest" in payload:
        return None
    return json.dumps(remembered(payload), ensure_ascii=False)


def read(text: str | None) -> Payload | None:
    """Return a payload; one that can't be read counts as not written down, and holds up no other row."""
    try:
        payload = json.loads(text) if text else None
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None
