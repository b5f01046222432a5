"""The folder's files are recorded as articles. Sends nothing.

`poller` decides when the folder is scanned, `scanner` reads what is new or changed, `recorder`
records a batch of files in one commit. For that, `cases` holds what is known of one file,
`new_files` writes new articles, `first_articles` finds what they are copies of, `topic_rows` their
topics, `updates` changes known articles, `arrivals` holds back bulk arrivals. `batch` is what all
of these work with; `whole_scans` records that a scan has ended.
"""
