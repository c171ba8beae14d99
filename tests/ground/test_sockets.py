"""Connections of a server whose socket was made as Streamlit makes it, without naming TCP."""

from __future__ import annotations

import socket

from core.server.sockets import send_at_once


def accepted(listening: socket.socket) -> int:
    """TCP_NODELAY of the next connection, on the server's side."""
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as connection:
        return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_connections_send_at_once_from_then_on():
    closed = socket.socket()
    closed.close()
    with socket.socket() as listening, socket.socket() as idle, socket.socket(type=socket.SOCK_DGRAM):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert accepted(listening) == 0
        assert send_at_once() >= 1
        assert accepted(listening) != 0
        assert idle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0, "only sockets that listen"


def test_a_socket_of_another_family_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of such a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("here")
        listening.listen()
        before = send_at_once()
    assert send_at_once() == before
