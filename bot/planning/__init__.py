"""What follows from a recorded article: its deliveries, and what editors are told of it. Reads no file, sends nothing.

`rules` is what recording goes by, `opening` opens deliveries, `remarks` writes notices for editors, `naming` gives the
names of articles and chats.
"""
