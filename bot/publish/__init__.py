"""Deliveries become messages: what is due is sent, edited or deleted, and every outcome is recorded. Reads no file.

`courier` sends what is due: `work` asks the store for it, `composing` makes the calls, `in_flight` is a call under way,
`settling` records outcomes, `edits` and `edit_jobs` change posts, `recovery` and `repeats` resolve doubtful deliveries,
`failures` is what could not be processed, `journal` logs it. `channels` and `channel_start` open channels, `release`
lets waiting articles go out, `editions` is what editors ask for and `meant` which article that is, `notifier` sends
them notices, `reporting` says in an answer what became of a post. `report`, `verification`, `missed` and `undecided`
tell how things stand.
"""
