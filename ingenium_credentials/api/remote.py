"""Fetch one public document over HTTPS without becoming a stranger's tool.

The address comes from a document that anybody may have handed us, so every step is
guarded: HTTPS only, every address of the name public, the connection made to the very
address that was checked, no redirect, no credentials, no compression, one limit for the
size and one for the whole time. All failures are `NotResolved`, in plain words.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LookupTimeout
from threading import Thread
from typing import cast
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

from ..badges.errors import NotResolved

__all__ = ["MAX_BYTES", "Limits", "Message", "fetch", "is_public"]

MAX_BYTES = 1_000_000
"""No DID document or status list comes near it: the largest list in use has some 100 kB."""

Lookup = Callable[[str, int], Sequence[str]]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address is a plain public one: neither private nor a way round to one."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and _is_tunnel(ip):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local)


def _is_tunnel(ip: ipaddress.IPv6Address) -> bool:
    # Forms that carry an IPv4 address inside, perhaps a private one, and old site-local ones.
    embedded = ip.ipv4_mapped or ip.sixtofour or ip.teredo
    return bool(embedded) or ip in _NAT64 or ip.is_site_local


def _system_lookup(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@frozen(kw_only=True)
class Limits:
    """What a fetch may cost and reach; the defaults are the ones for strangers' addresses."""

    seconds: float = 5.0
    """For everything: looking up, connecting, reading."""
    max_bytes: int = MAX_BYTES
    lookup: Lookup = _system_lookup
    is_allowed: Callable[[str], bool] = is_public
    tls: ssl.SSLContext = field(factory=ssl.create_default_context)


@frozen(kw_only=True)
class Message:
    """What is sent to a service, instead of asking for a document."""

    body: bytes
    media_type: str
    accept: str


def fetch(url: str, limits: Limits | None = None, *, post: Message | None = None) -> bytes:
    """The body of a public HTTPS document, or the answer to `post`; raises `NotResolved`."""
    limits = limits or Limits()
    parts = _demand_plain_https(url)
    deadline = time.monotonic() + limits.seconds
    try:
        # 1. Look the name up once, and check every address that it has.
        addresses = _checked_addresses(parts, limits, deadline)
        # 2. Connect to a checked address: a second look-up could give another one.
        with _connect(parts, addresses, limits.tls, deadline) as connection:
            # 3. Ask plainly, and read no more and no longer than the limits say.
            connection.sendall(_request(parts, post))
            return _answer(parts, connection, limits.max_bytes, deadline)
    except NotResolved:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotResolved(f"{parts.hostname} did not answer properly or in time.") from error


def _demand_plain_https(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotResolved("An address is malformed.") from error
    odd = not url.isascii() or any(letter <= " " for letter in url)
    if odd or parts.scheme != "https" or not parts.hostname or port == 0:
        raise NotResolved("Only addresses that begin with https:// are looked up.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotResolved("An address with a user name or a fragment is not looked up.")
    return parts


def _checked_addresses(parts: SplitResult, limits: Limits, deadline: float) -> list[str]:
    host = cast("str", parts.hostname)
    addresses = list(dict.fromkeys(_look_up_in_time(limits.lookup, host, parts.port or 443, deadline)))
    if not addresses:
        raise NotResolved(f"{host} has no address.")
    if not all(limits.is_allowed(address) for address in addresses):
        raise NotResolved(f"{host} is not a public address.")
    return addresses


def _look_up_in_time(lookup: Lookup, host: str, port: int, deadline: float) -> Sequence[str]:
    # The system's resolver knows no deadline of ours; the thread is left to end by itself.
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(lookup(host, port))
        except (OSError, UnicodeError, ValueError) as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True, name="ingenium-lookup").start()
    try:
        return answer.result(timeout=_remaining(deadline))
    except LookupTimeout as error:
        raise NotResolved(f"{host} could not be looked up in time.") from error
    except (OSError, ValueError) as error:
        raise NotResolved(f"{host} could not be found.") from error


def _connect(
    parts: SplitResult, addresses: Sequence[str], tls: ssl.SSLContext, deadline: float
) -> ssl.SSLSocket:
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            plain = socket.create_connection((address, parts.port or 443), timeout=_remaining(deadline))
        except OSError as error:
            failure = error
            continue
        try:
            return tls.wrap_socket(plain, server_hostname=parts.hostname)
        except BaseException:
            plain.close()
            raise
    raise failure


def _request(parts: SplitResult, post: Message | None) -> bytes:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    accept = post.accept if post else "application/did+json, application/vc+ld+json, application/json"
    lines = [
        f"{'POST' if post else 'GET'} {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Connection: close",
        "Accept-Encoding: identity",
        f"Accept: {accept}",
        "User-Agent: ingenium-credentials",
    ]
    if post:
        lines += [f"Content-Type: {post.media_type}", f"Content-Length: {len(post.body)}"]
    head = "".join(f"{line}\r\n" for line in lines) + "\r\n"
    return head.encode("ascii") + (post.body if post else b"")


def _answer(parts: SplitResult, connection: ssl.SSLSocket, max_bytes: int, deadline: float) -> bytes:
    answer = http.client.HTTPResponse(
        cast("socket.socket", _TimedReading(connection, deadline)), method="GET"
    )
    answer.begin()
    host = parts.hostname
    if 300 <= answer.status < 400:
        raise NotResolved(f"{host} redirects elsewhere, which is not followed.")
    if answer.status != 200:
        raise NotResolved(f"{host} does not have the document (HTTP {answer.status}).")
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise NotResolved(f"{host} answered in a compressed form that was not asked for.")
    body = answer.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise NotResolved(f"The document at {host} is too large.")
    if answer.length:
        raise NotResolved(f"{host} broke off in the middle of the document.")
    return body


class _TimedReading(io.RawIOBase):
    """Reads from a connection until the deadline: each read may wait for what is left of it.

    A limit for each read alone would let a server drip for hours.
    """

    def __init__(self, connection: ssl.SSLSocket, deadline: float) -> None:
        super().__init__()
        self._connection = connection
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `HTTPResponse` asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """It is read from."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer with what has come."""
        self._connection.settimeout(_remaining(self._deadline))
        return self._connection.recv_into(cast("bytearray", buffer))


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("The time allowed is over.")
    return left
