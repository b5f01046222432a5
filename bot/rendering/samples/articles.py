"""Sample articles as entries of a list, with what could break a template: quotes, `&`, `<`."""

from __future__ import annotations

from typing import Any

#: The variables of each template: a full sample, then ones that lack parts.
Samples = dict[str, tuple[dict[str, Any], ...]]

LINE = {
    "title": 'Harbour & "crane" <waits>',
    "url": "https://example.org/a?b=1&c=2",
    "provider": "The Tide & Times",
    "date": "22 Aug 2021",
    "short_id": "1z",
    "snippet": "",
}
BARE_LINE = LINE | {"date": ""}
