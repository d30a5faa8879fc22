"""A folder of small encrypted files: their key lies beside them, for this user alone, or comes from a setting."""

import hashlib
import logging
import threading
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from agentic_search.files import write_whole

logger = logging.getLogger(__name__)

_KEY_FILE = "key"
_SALT = b"agentic-search"
"""The same everywhere: it keeps the key apart from what other programs make of the same passphrase."""


class EncryptedFolder:
    """Reads, writes and deletes files by name; blocking. Only this user can read them."""

    is_shared = False
    """One process has them."""

    def __init__(self, folder: Path, *, passphrase: str = "") -> None:
        """`passphrase`: what the key is made from; empty takes the key file in the folder, and makes it if need be."""
        self._folder = folder
        self._passphrase = passphrase
        self._lock = threading.Lock()
        self._made: Fernet | None = None

    def read(self, name: str) -> bytes | None:
        """The content; None where there is none, or none that this key decrypts."""
        path = self._path(name)
        try:
            content = path.read_bytes()
            return self._cipher().decrypt(content)
        except FileNotFoundError:
            return None
        except (OSError, InvalidToken) as error:
            why = "it was encrypted with another key, or is damaged" if isinstance(error, InvalidToken) else error
            logger.warning("%s cannot be read and is not used: %s", path, why)
            return None

    def write(self, name: str, content: bytes) -> None:
        """Put this in the place of what was there; raises OSError, and then nothing has changed."""
        write_whole(self._path(name), self._cipher().encrypt(content))

    def delete(self, name: str) -> None:
        """Do away with a file, if it is there; raises OSError."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        """Under a name made of letters and digits: not every system's files may be called as servers are."""
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.enc"

    def _cipher(self) -> Fernet:
        with self._lock:  # two threads must not each make a key
            self._made = self._made or Fernet(self._key())
            return self._made

    def _key(self) -> bytes:
        if self._passphrase:
            return key_of(self._passphrase)
        path = self._folder / _KEY_FILE
        with suppress(FileNotFoundError):
            key = path.read_bytes()
            if _is_key(key):
                return key
            logger.warning("%s holds no key: a new one is made, and what the old one encrypted is lost", path)
        key = Fernet.generate_key()
        write_whole(path, key)
        return key


def key_of(passphrase: str) -> bytes:
    """The key that is made from it, the same everywhere; takes some 50 ms."""
    made = hashlib.scrypt(passphrase.encode(), salt=_SALT, n=2**14, r=8, p=1, dklen=32)
    return urlsafe_b64encode(made)


def _is_key(written: bytes) -> bool:
    try:
        Fernet(written)
    except ValueError:
        return False
    return True
