"""Against SoftHSM: a real PKCS #11 library with a real token in a folder of its own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from ingenium_credentials.badges import seal
from ingenium_credentials.badges.certificates import open_sealer
from ingenium_credentials.badges.errors import UnusableKey
from ingenium_credentials.badges.keys import Algorithm, open_signer
from tests.services import missing

from .authorities import NOW, name, root
from .sealing import IDENTIFIER, UNIVERSITY, document, text

LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
PIN = "1234"
# The library reads its configuration once per process: one folder for all tests here.
pytestmark = pytest.mark.xdist_group("softhsm")

MAKE_KEYS = """
import sys
import pkcs11
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_named_curve_parameters as curve

token = pkcs11.lib(sys.argv[1]).get_token(token_label="ingenium")
with token.open(rw=True, user_pin=sys.argv[2]) as session:
    session.generate_keypair(KeyType.RSA, 2048, store=True, label="RSA", id=b"\\x01")
    for number, (label, kind, parameters) in enumerate(
        [
            ("P-256", KeyType.EC, curve("secp256r1")),
            ("P-384", KeyType.EC, curve("secp384r1")),
            ("Ed25519", KeyType.EC_EDWARDS, b"\\x13\\x0cedwards25519"),
            ("secp256k1", KeyType.EC, curve("secp256k1")),
            ("twice", KeyType.EC, curve("secp256r1")),
            ("twice", KeyType.EC, curve("secp256r1")),
        ],
        start=2,
    ):
        domain = session.create_domain_parameters(kind, {Attribute.EC_PARAMS: parameters}, local=True)
        domain.generate_keypair(store=True, label=label, id=bytes([number]))
    # A pair of halves that do not belong together.
    one, other = (
        session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: curve("secp256r1")}, local=True)
        .generate_keypair(store=True, label=label, id=id)
        for label, id in (("swapped", b"\\x20"), ("donor", b"\\x21"))
    )
    one[0].destroy()
    other[0].copy({Attribute.ID: b"\\x20", Attribute.TOKEN: True})
"""


@pytest.fixture(scope="module")
def module_path() -> str:
    """The library of SoftHSM, and python-pkcs11 to speak to it."""
    path = next((path for path in LIBRARIES if Path(path).exists()), "")
    if not path or shutil.which("softhsm2-util") is None:
        missing("SoftHSM", "neither library nor softhsm2-util found (Debian: softhsm2)")
    if importlib.util.find_spec("pkcs11") is None:
        missing("python-pkcs11", "not installed (the extra pkcs11)")
    return path


@pytest.fixture(scope="module")
def token(module_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token with one key of each kind; yields the query part of its URIs."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    (folder / "pin").write_text(f"{PIN}\n")
    (folder / "pin").chmod(0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        init = ["softhsm2-util", "--init-token", "--free", "--label", "ingenium"]
        subprocess.run([*init, "--pin", PIN, "--so-pin", "56789"], check=True, capture_output=True)
        # Another process makes them, so that this one meets the library through our code only.
        subprocess.run([sys.executable, "-c", textwrap.dedent(MAKE_KEYS), module_path, PIN], check=True)
        yield f"module-path={module_path}&pin-source={quote((folder / 'pin').as_uri())}"


@pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.value)
def test_a_key_in_a_token_signs(token: str, algorithm: Algorithm) -> None:
    signer = open_signer(f"pkcs11:token=ingenium;object={algorithm.value}?{token}")

    signature = signer.sign(b"data")

    assert signer.public_key.algorithm is algorithm
    signer.public_key.verify(signature, b"data")


def test_a_key_may_be_named_by_its_id(token: str) -> None:
    by_id = open_signer(f"pkcs11:token=ingenium;id=%02;type=private?{token}")

    assert by_id.public_key == open_signer(f"pkcs11:object=P-256;model=SoftHSM%20v2?{token}").public_key


@pytest.mark.parametrize("algorithm", ["RSA", "P-256", "P-384"])
def test_a_key_in_a_token_seals(token: str, algorithm: str) -> None:
    uri, top = f"pkcs11:object={algorithm}?{token}", root()
    key = SimpleNamespace(public_key=lambda: open_signer(uri).public_key.key)
    holder = top.issue(name(UNIVERSITY, IDENTIFIER), key=key)

    sealed = seal.secure(text(document()), sealer=open_sealer(uri, chain=holder.chain_pem), now=NOW)

    (finding,) = seal.check(sealed, anchors=[top.anchor()], now=NOW)
    assert finding.standing is seal.Standing.ADVANCED


def test_the_pin_may_stand_in_the_uri(token: str, module_path: str) -> None:
    signer = open_signer(f"pkcs11:object=P-256?module-path={module_path}&pin-value={PIN}")

    signer.public_key.verify(signer.sign(b"data"), b"data")


def test_threads_share_a_key(token: str) -> None:
    signer = open_signer(f"pkcs11:object=P-256?{token}")
    faults: list[Exception] = []

    def sign() -> None:
        try:
            for number in range(10):
                data = bytes([number])
                signer.public_key.verify(signer.sign(data), data)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=sign) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not faults


def test_a_key_survives_a_fork(token: str) -> None:
    """A process that forks as Celery's does; on its own, for pytest may have threads."""
    script = """
    import os, sys
    from ingenium_credentials.badges.keys import open_signer

    signers = [open_signer(uri) for uri in sys.argv[1:]]
    child = os.fork()
    for _ in range(2):
        for signer in signers:
            signer.public_key.verify(signer.sign(b"data"), b"data")
    del signer
    signers.pop()
    signers[0].public_key.verify(signers[0].sign(b"data"), b"data")
    if child:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    uris = [f"pkcs11:object={name}?{token}" for name in ("P-256", "RSA")]

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *uris], capture_output=True, text=True, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_session_that_ended_is_opened_again(token: str) -> None:
    signer = open_signer(f"pkcs11:object=P-256?{token}")
    signer._session.close()  # type: ignore[attr-defined]

    signer.public_key.verify(signer.sign(b"data"), b"data")


@pytest.mark.parametrize(
    "path",
    [
        "object=none",
        "token=none;object=P-256",
        "serial=0;object=P-256",
        "object=twice",
        "object=secp256k1",
        "object=swapped",
    ],
)
def test_a_uri_that_names_no_sound_key_is_refused(token: str, path: str) -> None:
    with pytest.raises(UnusableKey):
        open_signer(f"pkcs11:{path}?{token}")


def test_a_wrong_pin_is_refused_without_quoting_it(token: str, module_path: str) -> None:
    """In another process: the login of this one counts for all its sessions."""
    script = "import sys; from ingenium_credentials.badges.keys import open_signer; open_signer(sys.argv[1])"
    uri = f"pkcs11:object=P-256?module-path={module_path}&pin-value=000987"

    done = subprocess.run([sys.executable, "-c", script, uri], capture_output=True, text=True)

    last = done.stderr.splitlines()[-1]
    assert "UnusableKey" in last
    assert "PinIncorrect" in last
    assert "000987" not in last


def test_a_missing_library_is_told_of(module_path: str) -> None:
    with pytest.raises(UnusableKey):
        open_signer("pkcs11:object=P-256?module-path=/no/such/library.so&pin-value=1")


def test_a_pin_file_that_others_may_read_is_refused(module_path: str, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text(PIN)
    pin.chmod(0o644)

    with pytest.raises(UnusableKey, match="chmod 600"):
        open_signer(f"pkcs11:object=P-256?module-path={module_path}&pin-source={pin.as_uri()}")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:object=a",
        "pkcs11:object=a?module-path=/lib.so",
        "pkcs11:object=a?pin-value=1",
        "pkcs11:object=a?module-path=lib.so&pin-value=1",
        "pkcs11:object=a?module-name=softhsm&pin-value=1",
        "pkcs11:object=a?module-path=/lib.so&pin-value=1&pin-source=file:/pin",
        "pkcs11:object=a?module-path=/lib.so&pin-source=|whoami",
        "pkcs11:object=a?module-path=/lib.so&pin-source=/no/such/pin",
        "pkcs11:token=a?module-path=/lib.so&pin-value=1",
        "pkcs11:object=a;object=b?module-path=/lib.so&pin-value=1",
        "pkcs11:object=a;type=public?module-path=/lib.so&pin-value=1",
        "pkcs11:object=a;x-vendor=1?module-path=/lib.so&pin-value=1",
        "pkcs11:object=a%zz?module-path=/lib.so&pin-value=1",
        "pkcs11:object=a?module-path=/lib.so&pin-value=%ff%00",
        "pkcs11:object?module-path=/lib.so&pin-value=1",
    ],
)
def test_a_badly_written_uri_is_refused(uri: str) -> None:
    with pytest.raises(UnusableKey) as refusal:
        open_signer(uri)

    assert "whoami" not in str(refusal.value)


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path) -> None:
    script = """
    import sys
    sys.modules["pkcs11"] = None
    from ingenium_credentials.badges.keys import open_signer
    open_signer("pkcs11:object=a?module-path=/lib.so&pin-value=1")
    """

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, env={**os.environ}
    )

    assert "install the extra pkcs11" in done.stderr.splitlines()[-1]
