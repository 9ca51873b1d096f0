"""Where the servers of the tests keep their data: in memory where there is room, as none of it outlives the run.

They flush to it as they would to a disk; that it is memory saves the waiting, which is most of making and dropping databases.
"""

import os
import shutil

MEMORY = "/dev/shm"
ROOM = 4 << 30  # bytes that two or three servers may come to, their logs of changes included


def scratch() -> str:
    """A directory for short-lived ones, with a path that leaves room for a socket's."""
    usable = os.path.isdir(MEMORY) and os.access(MEMORY, os.W_OK | os.X_OK)
    return MEMORY if usable and shutil.disk_usage(MEMORY).free >= ROOM else "/tmp"
