"""Starts the service in a container: an Ollama is looked for beside it and on the host, unless OLLAMA_HOST names one.

`host.docker.internal` is the host on macOS and Windows, and on Linux by the `extra_hosts` line of docker-compose.yml.
"""

import os
import sys
import urllib.error
import urllib.request

CANDIDATES = ("http://ollama:11434", "http://host.docker.internal:11434")


def answers(url: str) -> bool:
    """Whether an Ollama listens there."""
    try:
        with urllib.request.urlopen(f"{url}/api/version", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    """Choose an Ollama, then become the service."""
    environment = dict(os.environ)
    if not environment.get("OLLAMA_HOST"):
        environment["OLLAMA_HOST"] = next((url for url in CANDIDATES if answers(url)), CANDIDATES[-1])
    os.execve(sys.executable, [sys.executable, "server.py"], environment)


if __name__ == "__main__":
    main()
