"""The outbox at work: files become articles, articles deliveries, deliveries messages. Effects only.

What to do is decided in the pure rooms (`identity`, `delivery`, `pace`), what is said in `rendering`; here both meet
the store and whoever speaks Telegram. `announce` records, `scan` reads the folder, `courier` sends, `editing` is what
editors ask for.
"""
