"""The folder's files are recorded as articles. Sends nothing.

`poller` decides when the folder is scanned, `scanner` reads what is new or changed, `recorder` writes a batch of files
in one commit: `cases` is what is known of one file, `new_files` writes many new articles at once, `arrivals` holds back
bulk arrivals, `spelling` finds the topic that a name means, `whole_scans` records that a scan has ended.
"""
