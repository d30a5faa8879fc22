"""Exchanges over TLS, with a certificate that is trusted and with one that is not."""

import asyncio
import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agentic_search.http1.connecting import CannotConnect
from agentic_search.http1.pool import Patience, Pool
from tests.http1.serving import says, serving

ASK = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
PATIENCE = Patience(connect=5.0, silence=5.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost that vouches for itself, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "us")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    unlocked = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked)
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return file


def shown(certificate: Path) -> ssl.SSLContext:
    """What the server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def test_exchanges_over_tls_share_a_connection_to_a_server_that_is_trusted(certificate: Path) -> None:
    pool = Pool(lambda: ssl.create_default_context(cafile=str(certificate)), most=2)
    async with asyncio.timeout(20), serving(says(OK), tls=shown(certificate)) as server:
        try:
            for _ in range(2):
                exchange = await pool.exchange(server.origin, ASK, PATIENCE)
                assert (exchange.head.status, await exchange.piece(), await exchange.piece()) == (200, b"hi", b"")
                exchange.close()
            assert server.connections == 1
        finally:
            await pool.close()


async def test_a_server_whose_certificate_nobody_vouches_for_is_told_nothing(certificate: Path) -> None:
    pool = Pool(ssl.create_default_context, most=2)
    async with asyncio.timeout(20), serving(says(OK), tls=shown(certificate)) as server:
        try:
            with pytest.raises(CannotConnect, match="certificate"):
                await pool.exchange(server.origin, ASK, PATIENCE)
            assert not server.requests
        finally:
            await pool.close()
