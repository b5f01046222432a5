"""The folder's files are recorded as articles. Sends nothing.

poller           decides when the folder is scanned
scanner          reads what is new or changed
missing          records what is gone, reports it where that is much
reread           reads files again just before posts that follow them are sent
scan_report      what a scan found, counted
whole_scans      records that a whole scan has ended
recorder         writes a batch of files in one commit
meaning          decides what a file means
batch            what a batch of files is recorded with
cases            what is known of one file
new_files        writes new articles, many at once
first_articles   finds what a new article is a copy of
topic_rows       finds the topics that names mean
updates          changes a known article, merges two
arrivals         holds back bulk arrivals
"""
