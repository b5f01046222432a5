"""What follows from a recorded article: its deliveries, and what editors are told.

Reads no file, sends nothing.

    rules          the settings and channels that recording goes by
    opening        opens deliveries
    remarks        notices for editors about recorded files
    naming         names of articles and chats
"""
