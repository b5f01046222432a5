"""Paperboy: a folder of articles, delivered to Telegram. This is the map of the house.

Imports go down only (import-linter holds them to it); each room says in its first line what it is and what it does not
do. Effects stand around pure decisions, and time enters once, by `clock`.

    __main__      `python -m bot` is `paperboy`
    cli           what an operator types; each command calls the room that does it
    demo          `paperboy demo`: the sandbox and the app joined
    app           joins the rooms into one running bot; the only token
    jobs          what the scheduled jobs of a running bot do
    vitals        signs of life, for health and watchdog
    connection    one bot account at work: messenger, courier, updates, editors
    schedule      what happens when: named jobs that are late but never lost
    watchdog      notices what has stopped moving
    web           health, metrics and Telegram's webhook over HTTP
    sandbox       a stand-in for Telegram with a chat page, for the demo and the tests
    chat          everything that speaks Telegram: messenger, outcomes, polling, readers, editors, buttons
    publishing    the outbox at work: scan, announce, courier, revising, editing
    rendering     every word a reader sees, from templates
    store         everything remembered, in domain words
    feed          a folder becomes articles, and errors that name file and reason
    doubting      looking for a post that may have gone out: pure
    delivery      who gets an article, and what becomes of each attempt: pure
    pace          how fast messages may go: pure
    notices       what editors are told unasked and what they decide by a button: pure
    taxonomy      the operator's file of topics, read
    topics        topics, and finding one by a reader's words: pure
    identity      which article a file tells: pure
    packed        an article as plain data, on its way between processes and into tables: pure
    fulltext      text as it is indexed, and what a reader's words mean to find in it: pure
    article       an article, its related articles, its fingerprint: pure
    arrival       whether an article may go out, or what it waits for: pure
    prose         words repaired, measured, cut: pure
    variants      letters that are searched for as one: pure
    address       web addresses: which may be shown, and when two are the same: pure
    settings      the operator's settings, checked
    clock         the only clock: wall time, monotonic time, and jumps between them
    shipped       where the files that ship with Paperboy are
    errors        what can go wrong, in words a person can act on

The life of an article: `feed` reads it, `ingest.recorder` records it with its deliveries in one commit,
`publish.courier` renders and sends what is due through `botapi.client`, and `delivery.settle` decides what each
answer means before it is written down.
"""

from __future__ import annotations
