from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ingenium_credentials.api.remote import Limits, Message, fetch, is_public
from ingenium_credentials.badges.errors import NotResolved

HOST = "issuer.example"
Answer = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@contextmanager
def serving(certificate: Path, answer: Answer) -> Iterator[int]:
    """A TLS server on loopback that takes one connection and lets `answer` speak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            try:
                plain, _address = listener.accept()
                with plain, context.wrap_socket(plain, server_side=True) as connection:
                    connection.settimeout(10)
                    answer(connection)
            except (OSError, ssl.SSLError):
                return  # the client broke off, as some tests want

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


def saying(*pieces: bytes, pause: float = 0.0) -> Answer:
    def answer(connection: ssl.SSLSocket) -> None:
        connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


@pytest.fixture
def limits(certificate: Path) -> Limits:
    """Limits under which our test server on loopback can be reached at all."""
    tls = ssl.create_default_context(cafile=str(certificate))
    return Limits(
        seconds=5, lookup=lambda host, port: ["127.0.0.1"], is_allowed=lambda address: True, tls=tls
    )


def test_a_public_document_is_fetched_over_tls(certificate: Path, limits: Limits) -> None:
    heard: list[bytes] = []

    def answer(connection: ssl.SSLSocket) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}')

    with serving(certificate, answer) as port:
        body = fetch(f"https://{HOST}:{port}/i/did.json?x=1", limits)

    assert body == b'{"a":1}'
    assert heard[0].startswith(f"GET /i/did.json?x=1 HTTP/1.1\r\nHost: {HOST}:{port}\r\n".encode())
    assert b"cookie" not in heard[0].lower()
    assert b"authorization" not in heard[0].lower()
    assert b"accept-encoding: identity" in heard[0].lower()


def test_a_service_is_sent_a_message(certificate: Path, limits: Limits) -> None:
    heard: list[bytes] = []

    def answer(connection: ssl.SSLSocket) -> None:
        heard.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    message = Message(body=b"\x30\x00", media_type="application/timestamp-query", accept="application/x")
    with serving(certificate, answer) as port:
        body = fetch(f"https://{HOST}:{port}/tsa", limits, post=message)

    assert body == b"ok"
    assert heard[0].startswith(b"POST /tsa HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/timestamp-query\r\nContent-Length: 2\r\n\r\n\x30\x00" in heard[0]


def test_a_document_in_chunks_is_put_together(certificate: Path, limits: Limits) -> None:
    chunks = saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\n{}\r\n0\r\n\r\n")

    with serving(certificate, chunks) as port:
        assert fetch(f"https://{HOST}:{port}/", limits) == b"{}"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n\r\n", "redirects"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP 404"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nxx", "compressed"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "broke off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}", "properly"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101, "too large"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 101, "too large"),
        (b"\x00\x01\x02", "properly"),
        (b"", "properly"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n{}", "properly"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_answer_is_not_taken(certificate: Path, limits: Limits, answer: bytes, words: str) -> None:
    with serving(certificate, saying(answer)) as port, pytest.raises(NotResolved, match=words):
        fetch(f"https://{HOST}:{port}/", evolve(limits, max_bytes=100))


def test_a_dripping_server_is_left_when_the_time_is_over(certificate: Path, limits: Limits) -> None:
    dripping = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", *([b"x"] * 50), pause=0.1)
    began = time.monotonic()

    with serving(certificate, dripping) as port, pytest.raises(NotResolved, match="in time"):
        fetch(f"https://{HOST}:{port}/", evolve(limits, seconds=0.5))

    assert time.monotonic() - began < 10


def test_a_silent_server_is_left_when_the_time_is_over(certificate: Path, limits: Limits) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(NotResolved, match="in time"):
        fetch(f"https://{HOST}:{listener.getsockname()[1]}/", evolve(limits, seconds=0.3))


def test_a_certificate_of_another_name_is_refused(certificate: Path, limits: Limits) -> None:
    with serving(certificate, saying(b"")) as port, pytest.raises(NotResolved, match="properly"):
        fetch(f"https://other.example:{port}/", limits)


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path, limits: Limits) -> None:
    with serving(certificate, saying(b"")) as port, pytest.raises(NotResolved, match="properly"):
        fetch(f"https://{HOST}:{port}/", evolve(limits, tls=ssl.create_default_context()))


def test_the_name_is_looked_up_once_and_the_checked_address_used(certificate: Path, limits: Limits) -> None:
    answers = [["127.0.0.1"], ["192.0.2.1"]]

    with serving(certificate, saying(b"HTTP/1.1 200 OK\r\n\r\n{}")) as port:
        fetch(f"https://{HOST}:{port}/", evolve(limits, lookup=lambda host, port: answers.pop(0)))

    assert answers == [["192.0.2.1"]]


def test_one_private_address_among_public_ones_refuses_the_name(limits: Limits) -> None:
    mixed = evolve(limits, is_allowed=is_public, lookup=lambda host, port: ["93.184.215.14", "10.0.0.1"])

    with pytest.raises(NotResolved, match="public"):
        fetch(f"https://{HOST}/", mixed)


def test_a_name_without_addresses_is_refused(limits: Limits) -> None:
    with pytest.raises(NotResolved, match="no address"):
        fetch(f"https://{HOST}/", evolve(limits, lookup=lambda host, port: []))


def test_an_unknown_name_is_refused(limits: Limits) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(NotResolved, match="found"):
        fetch(f"https://{HOST}/", evolve(limits, lookup=unknown))


def test_a_slow_look_up_is_left_when_the_time_is_over(limits: Limits) -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    with pytest.raises(NotResolved, match="in time"):
        fetch(f"https://{HOST}/", evolve(limits, seconds=0.1, lookup=slow))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "2130706433", "127.1"])
def test_this_machine_is_never_asked(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(NotResolved):
        fetch(f"https://{host}:{listener.getsockname()[1]}/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://issuer.example/",
        "ftp://issuer.example/",
        "file:///etc/passwd",
        "https:///did.json",
        "https://user@issuer.example/",
        "https://user:secret@issuer.example/",
        "https://issuer.example/#key-1",
        "https://issuer.example:0/",
        "https://issuer.example:99999/",
        "https://issuer.example/a b",
        "https://issuer.example/\r\nX: y",
        "https://пример.example/",
        "https://[::1/",
    ],
)
def test_an_odd_address_is_refused_before_anything_is_asked(url: str, limits: Limits) -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with pytest.raises(NotResolved):
        fetch(url, evolve(limits, lookup=lookup))

    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:93.184.215.14",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:fbff:80ff:fffe",
        "fc00::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
    ],
)
def test_an_address_that_is_not_plainly_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:4001:830::200e"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_passes_when_mapped_into_ipv6(address: ipaddress.IPv4Address) -> None:
    assert not is_public(f"::ffff:{address}")
