"""The wire between a phone and the system, which a journey may cut: for the page and its service worker alike."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

REFUSED = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\nDown"
)
LONGEST = 65_536


class Wire:
    """A port that leads to the system's own. `cut` it, have the system answer as if it were `down`, or lose answers.

    A lost answer is to a request that arrived: the system has done what it was asked to, and the phone never hears.
    """

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.home = f"http://localhost:{self.port}"
        self.is_cut = False
        self.is_down = False
        self.loses_answers_to = b""
        self.lost = threading.Event()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Take the network away, from what is under way too."""
        self.is_cut = True
        self._hang_up()

    def mend(self) -> None:
        """Bring the network back, and the system behind it."""
        self.is_cut = self.is_down = False
        self.loses_answers_to = b""
        self._hang_up()

    def down(self) -> None:
        """Have a proxy answer for a system that is not there."""
        self.is_down = True
        self._hang_up()

    def lose_answers_to(self, request: bytes) -> None:
        """Pass on requests that begin like this, and lose what is answered."""
        self.lost.clear()
        self.loses_answers_to = request
        self._hang_up()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for end in list(self._open):
            _quietly(lambda end=end: end.shutdown(socket.SHUT_RDWR))

    def _listen(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(phone,), daemon=True).start()

    def _serve(self, phone: socket.socket) -> None:
        with phone:
            if self.is_cut:
                return
            if self.is_down:
                _quietly(lambda: phone.recv(LONGEST) and phone.send(REFUSED))
                return
            try:
                system = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            with system:
                self._open |= {phone, system}
                losing = threading.Event()
                back = threading.Thread(target=self._pass, args=(system, phone, losing), daemon=True)
                back.start()
                self._pass(phone, system, losing, forth=True)
                back.join()
                self._open -= {phone, system}

    def _pass(self, one: socket.socket, other: socket.socket, losing: threading.Event, *, forth: bool = False) -> None:
        try:
            while said := one.recv(LONGEST):
                if forth and self.loses_answers_to and said.startswith(self.loses_answers_to):
                    losing.set()
                if not forth and losing.is_set():
                    self.lost.set()
                    break
                other.sendall(said)
        except OSError:
            pass
        for end in (one, other):
            _quietly(lambda end=end: end.shutdown(socket.SHUT_RDWR))


def _quietly(act: Callable[[], object]) -> None:
    try:
        act()
    except OSError:
        return
