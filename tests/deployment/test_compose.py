"""The compose file: what each profile starts, and that each container can do no more than it must."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
each_service = pytest.mark.parametrize("name", SERVICES)


def started_by(*profiles: str) -> set[str]:
    """The services that `docker compose up` starts with these profiles."""
    return {name for name, service in SERVICES.items() if not (own := service.get("profiles")) or {*profiles} & {*own}}


def needed_by(name: str) -> set[str]:
    """A service with all that it depends on."""
    return {name}.union(*(needed_by(other) for other in SERVICES[name].get("depends_on", ())))


def test_without_a_profile_the_service_alone_starts() -> None:
    assert started_by() == {"agentic-search"}


def test_a_laptop_has_an_ollama_too() -> None:
    assert started_by("laptop") == {"agentic-search", "models-folder", "ollama"}


def test_the_proxy_starts_the_cluster_and_nothing_else() -> None:
    assert needed_by("proxy") == started_by("cluster") - {"agentic-search"}
    roles = {name: SERVICES[name]["environment"]["AGENTIC_SEARCH_ROLE"] for name in ("web", "worker")}
    assert roles == {"web": "web", "worker": "worker"}


@each_service
def test_each_image_of_others_is_named_by_version_and_digest(name: str) -> None:
    image = SERVICES[name]["image"]
    if not image.startswith("${AGENTIC_SEARCH_IMAGE:-"):
        assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[a-z/]+:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}\}", image)


def test_so_is_the_image_that_ours_is_made_from() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11\.\d+-\S+@sha256:[0-9a-f]{64}$", dockerfile, re.MULTILINE)


@each_service
def test_none_is_root_or_writes_to_its_image_or_gains_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].partition(":")[0] not in ("", "0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"] and "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.keys() & {"privileged", "pid", "ipc", "network_mode", "devices"}


@each_service
def test_each_has_limits_and_is_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["restart"] == ("no" if name == "models-folder" else "unless-stopped")


@each_service
def test_each_that_stays_has_a_health_check(name: str) -> None:
    check = SERVICES[name].get("healthcheck")
    if check is None:  # that of the image
        assert SERVICES[name]["build"] == "." and "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    elif check.get("disable"):
        assert name == "models-folder"
    else:
        assert check["test"][0] == "CMD"


@each_service
def test_ports_are_published_on_this_machine_only(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@each_service
def test_secrets_come_in_files(name: str) -> None:
    variables = SERVICES[name].get("environment", {})
    secret = {each for each in variables if re.search("PASSWORD|KEY|DATABASE_URL", each) and not each.endswith("_FILE")}
    assert not secret


def test_every_image_has_a_version_and_can_be_given_another() -> None:
    for name, service in SERVICES.items():
        assert re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[\w./-]+:[\w.-]+(@sha256:[0-9a-f]+)?\}", service["image"]), name
        assert ":latest" not in service["image"]


def test_the_database_is_reached_by_those_alone_that_use_it() -> None:
    assert COMPOSE["networks"]["database"]["internal"] is True
    assert SERVICES["postgres"]["networks"] == ["database"]
    assert {name for name, each in SERVICES.items() if "database" in each.get("networks", ())} == {
        "postgres",
        "web",
        "worker",
    }


def test_what_is_mounted_from_here_is_here_and_cannot_be_written() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).exists() and volume.endswith(":ro")


def test_the_image_ends_as_somebody_that_kubernetes_can_tell_from_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 1000:1000"]
    assert "--require-hashes" in "\n".join(lines)
