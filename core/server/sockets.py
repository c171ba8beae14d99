"""What this server writes goes out at once.

Streamlit binds its socket without naming TCP, and asyncio then leaves Nagle's algorithm on (asyncio's `_set_nodelay`): the
second of two writes waits until the browser has acknowledged the first, which it does after some 40 ms. Each file of a page
and many answers to a gesture are two writes.
"""

from __future__ import annotations

import contextlib
import gc
import socket


def send_at_once() -> int:
    """Turn Nagle's algorithm off for the sockets that listen, whose connections inherit it; returns how many there are."""
    found = 0
    for thing in gc.get_objects():
        if type(thing) is socket.socket and thing.fileno() >= 0:
            with contextlib.suppress(OSError):  # no TCP, or closed in this instant
                if thing.family != socket.AF_UNIX and thing.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    found += 1
    return found
