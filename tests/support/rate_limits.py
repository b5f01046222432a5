"""Any limits, who is sent to, and how many sendings a window holds. Not a test by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.rate_limit import Limits

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
READER, OTHER, CHANNEL = 7, 8, -100


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def most_in_any(moments: list[datetime], window: timedelta) -> int:
    """The largest number of `moments` (sorted) in any half-open window of that length: each window starts at one."""
    return max(
        (sum(start <= one < start + window for one in moments) for start in moments),
        default=0,
    )


LIMITS = st.builds(
    Limits,
    messages_per_second=st.one_of(
        st.floats(0.05, 1.0), st.integers(1, 40).map(float), st.floats(1.0, 40.0)
    ),
    per_chat_seconds=st.one_of(st.just(0.0), st.floats(0.0, 120.0)),
    per_group_minute=st.integers(1, 25),
)
