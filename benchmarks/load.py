"""A load generator that costs little beside what it measures: bare sockets, kept open, one thread each."""

from __future__ import annotations

import re
import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

CONNECTIONS = 8
HOST = "localhost"  # said to every server alike, so that the addresses in their answers are alike
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Burst:
    """What some requests took, one after the other on each of a few connections at once."""

    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, which: int) -> float:
        """Return a percentile of the latencies in milliseconds."""
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[which - 1] * 1000


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()
        self._buffer = bytearray(4 * 1024 * 1024)
        self._view = memoryview(self._buffer)

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> bytes:
        """Return the body of an answer; raises RuntimeError unless it is a 200 with a length."""
        try:
            return self._get(path)
        except (BrokenPipeError, ConnectionResetError):
            # It was left idle for longer than the server keeps a connection open.
            self._socket.close()
            self._open()
            return self._get(path)

    def _get(self, path: str) -> bytes:
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: application/json\r\n\r\n".encode())
        held, start, end = 0, 0, -1
        while end < 0 or held < end:
            got = self._socket.recv_into(self._view[held:])
            if not got and not held:
                raise ConnectionResetError
            if not got:
                raise RuntimeError("The server closed the connection in the middle of an answer.")
            held += got
            if end < 0 and (start := self._buffer.find(b"\r\n\r\n", 0, held) + 4) > 3:
                head = bytes(self._buffer[:start])
                length = LENGTH.search(head)
                if not head.startswith(b"HTTP/1.1 200") or length is None:
                    raise RuntimeError(f"{path} was answered with {head.splitlines()[0].decode()}")
                end = start + int(length[1])
        return bytes(self._view[start:end])

    def close(self) -> None:
        """Close it."""
        self._socket.close()


def burst(port: int, paths: Sequence[str], *, connections: int = CONNECTIONS) -> Burst:
    """Ask for all the paths, shared out among new connections; opening them is not counted."""
    opened = [Connection(port) for _ in range(connections)]
    try:
        for one in opened:
            one.get(paths[0])
        with ThreadPoolExecutor(connections) as threads:
            began = time.perf_counter()
            shares = [threads.submit(_ask, one, paths[number::connections]) for number, one in enumerate(opened)]
            latencies = [latency for share in shares for latency in share.result()]
            return Burst(time.perf_counter() - began, latencies)
    finally:
        for one in opened:
            one.close()


def fetch(port: int, path: str) -> bytes:
    """Return one answer."""
    one = Connection(port)
    try:
        return one.get(path)
    finally:
        one.close()


def _ask(connection: Connection, paths: Sequence[str]) -> list[float]:
    latencies = []
    for path in paths:
        began = time.perf_counter()
        connection.get(path)
        latencies.append(time.perf_counter() - began)
    return latencies
