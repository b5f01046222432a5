"""The steps of the schema after 0001: an SQL file each, and the Python of those that need it.

shared_addresses  0006: normalises addresses
queue             0014: the triggers of the queue
"""
