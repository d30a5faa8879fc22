"""Makes the secrets of docker-compose.yml's cluster in docker/secrets, once: python docker/make_secrets.py."""

import secrets
import sys
from pathlib import Path


def main() -> None:
    """A password for Postgres, and the URL that has it; what is there already stays."""
    folder = Path(__file__).parent / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    password, url = folder / "postgres_password", folder / "database_url"
    if not password.exists():
        _write(password, secrets.token_urlsafe(32))
    _write(url, f"postgresql://agentic:{password.read_text().strip()}@postgres:5432/agentic")
    sys.stdout.write(f"{password}\n{url}\n")


def _write(path: Path, text: str) -> None:
    # Readable for all: the containers' users are others. Nobody else gets into the folder.
    path.write_text(text)
    path.chmod(0o644)


if __name__ == "__main__":
    main()
