"""What is stored of a message's payload, as JSON. Knows no table.

Recovery compares a channel's post with its payload, so that is stored whole before the call. Of a
message to a reader, and of an old one, only what an edit needs is kept.
"""

from __future__ import annotations

import hashlib
import json

from bot.domain.delivery import Lane, Payload

_KEPT = ("method", "photo")


def remembered(payload: Payload) -> Payload:
    """Return what is kept of a payload that recovery does not need: method, picture, digest.

    Two payloads are identical if the same is remembered of both. What is already shortened is
    returned unchanged.
    """
    if "digest" in payload:
        return payload
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=8)
    kept: Payload = {key: payload[key] for key in _KEPT if key in payload}
    kept["digest"] = digest.hexdigest()
    return kept


def written(payload: Payload, lane: int) -> str:
    """Return a payload as it is stored: a channel's whole."""
    kept = payload if lane == Lane.CHANNEL else remembered(payload)
    return json.dumps(kept, ensure_ascii=False)


def shortened(text: str | None) -> str | None:
    """Return what replaces an old payload; None: it stays as it is."""
    payload = read(text)
    if payload is None or "method" not in payload or "digest" in payload:
        return None
    return json.dumps(remembered(payload), ensure_ascii=False)


def read(text: str | None) -> Payload | None:
    """Return a stored payload; None for one that can't be read."""
    if not text:
        return None
    try:
        payload = json.loads(text)
    except ValueError:
        return None
    return payload if isinstance(payload, dict) else None
