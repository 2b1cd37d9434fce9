"""A server on the loopback interface that plays one answer to every request, and keeps what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

JSON = "application/sparql-results+json"
Play = Callable[[socket.socket, str], None]


def answer(body: str, media_type: str = JSON, status: str = "200 OK", **headers: str) -> Play:
    """A whole and well-formed HTTP answer."""
    headers = {"Content_Type": media_type, "Content_Length": str(len(body.encode())), **headers}
    return raw(f"HTTP/1.1 {status}", headers, body)


def raw(first: str, headers: dict[str, str], body: str) -> Play:
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return lambda connection, _request: connection.sendall(f"{first}\r\n{head}\r\n{body}".encode())


@contextmanager
def server(play: Play) -> Iterator[tuple[str, list[str]]]:
    """Its address, and the requests that came to it."""
    requests: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        thread = threading.Thread(target=serve, args=(listening, play, requests))
        thread.start()
        port = listening.getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}/sparql", requests
        finally:
            with socket.create_connection(("127.0.0.1", port)) as last:
                last.sendall(b"END\r\n\r\n")
            thread.join()


def serve(listening: socket.socket, play: Play, requests: list[str]) -> None:
    while True:
        connection, _ = listening.accept()
        with connection:
            request = read_request(connection)
            if request.startswith("END"):
                return
            requests.append(request)
            try:
                play(connection, request)
            except OSError:  # the client has gone, as it should
                continue


def read_request(connection: socket.socket) -> str:
    connection.settimeout(10)
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < sum(lengths):
        body += connection.recv(65536)
    return (head + b"\r\n\r\n" + body).decode()
