"""Paperboy: a folder of articles, delivered to Telegram. This is the map of its rooms.

Imports go down only (import-linter checks it). Each room's `__init__` maps its modules, and each
module says in its first line what it is and what it does not do. Effects surround pure decisions,
and time enters once, as `clock`.

    __main__      `python -m bot` is `paperboy`
    cli           the operator's commands
    demo          `paperboy demo`: the sandbox and the app together
    app           builds one running bot from the rooms, its host and the token
    single_run    the work of `paperboy run --once`
    jobs          what the scheduled jobs of a running bot do
    stalled       tells the editors which jobs stand still
    health        signals for /health and the watchdog
    session       one bot account at work: client, courier, updates, editors
    ending        ends a run: by a signal, or for an error that needs a supervisor
    host          what a bot has of its host: clocks, thread, lock, folder changes, network
    scheduler     named jobs: at intervals, at moments of a calendar, when nudged, or on request
    watchdog      ends a process in which nothing moves any more
    web           HTTP: health, metrics, the webhook endpoint
    sandbox       a local Bot API server with a chat page, for the demo and the tests
    conversation  what people send and tap becomes replies
    ingest        the folder's files are recorded as articles
    publish       deliveries become messages: sent, edited, recovered
    botapi        the Bot API client: calls out, updates in
    planning      what follows from a recorded article: its deliveries, and what editors are told
    rendering     every word a person sees: templates, labels of buttons, dates
    store         everything remembered, in domain words
    feed          one file becomes an Article, or an error that names file and reason
    settings      the operator's settings and taxonomy, checked
    domain        pure rules: articles, topics, deliveries, availability, outcomes, rate limits
    clock         the only clock: wall time, monotonic time, and jumps between them
    shipped       where the files that ship with Paperboy are
    errors        what can go wrong, in words a person can act on

The life of an article: `feed` reads its file, `ingest.recorder` records it with its deliveries in
one commit, `publish.courier` renders and sends what is due through `botapi.client`, and
`domain.interpretation` decides what each outcome means before it is recorded.
"""

from __future__ import annotations
