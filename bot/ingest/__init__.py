"""The folder's files are recorded as articles. Sends nothing.

poller         decides when to scan
scanner        one scan: reads what is new or changed and records it
recorder       records what a file means, in one commit
new_files      records files of new articles in batches
cases          a file with what is needed to decide what it means
arrivals       whether many old articles at once are a bulk arrival
spelling       which topic a name means
whole_scans    records that a whole scan has ended
"""
