"""What people send and tap → replies. Decides nothing about articles, and sends through `botapi.client` only.

`router` takes each update to its handler: `readers`, `editors`, `callbacks` for taps, `decisions` for what editors
decide under a notice, `membership` for what happens to the bot itself. `request` is what was asked, `context` what a
handler works with, `subscriptions` what readers change in the store; `plain_words` reads what is not a command,
`commands` is the table of commands, `throttle` limits them, `answers` sends replies in order.
"""
