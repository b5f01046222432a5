"""Deliveries become messages: what is due is sent, edited or deleted, and every outcome is recorded. Reads no file.

`courier` sends what is due: `work` asks the store for it, `composing` makes the calls, `in_flight` is a call under way,
`settling` records outcomes, `edits` and `edit_jobs` change posts, `recovery` and `repeats` resolve doubtful deliveries,
`failures` is what could not be processed, `journal` logs it. `channels` and `channel_start` open channels, `release`
lets waiting articles go out, `editions` is what editors ask for, `notifier` sends them notices. `report`,
`verification` and `missed` tell how things stand.
"""
