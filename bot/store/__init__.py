"""Everything remembered, in domain words. Decides nothing: what is written was decided by its callers.

Each module holds one noun's rows and takes the open `Database` first; `database.transaction` joins several calls into
one commit, `store.Desk` is the way in from the event loop. SQL lives in this room only.
"""
