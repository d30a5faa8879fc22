"""Every setting of the service, one sentence each; the only file that reads the environment.

Strength, strongest first: environment `AGENTIC_SEARCH_*`, a `.env`, files in the folder SECRETS, `agentic_search.toml`,
the default here.
"""

import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_core import from_json
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from agentic_search.setting_values.identities import IdentitySettings
from agentic_search.setting_values.sources import ModelServerAddress, api_keys, model_servers, secret_files, sources
from agentic_search.setting_values.tables import ConfiguredKey, ModelPrice, ModelProfile

ENV_FILE = ".env"
TOML_FILE = "agentic_search.toml"
KEY_VARIABLE = "AGENTIC_SEARCH_KEY"
"""The variable of the API key that programs of a user give to a service which asks for one."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""The names of this machine for itself."""

_PACKAGE = Path(__file__).resolve().parent


def _beside_package(folder: str) -> Path:
    """A folder of the project: in a checkout beside the package, in a wheel inside it."""
    inside = _PACKAGE / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder


def _data_folder() -> Path:
    """Where programs keep their data of this user, by the platform's convention."""
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "agentic-search"


class Settings(IdentitySettings):
    """The service's settings."""

    model_config = SettingsConfigDict(
        env_prefix="AGENTIC_SEARCH_",
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",
        toml_file=TOML_FILE,
        extra="ignore",
        allow_inf_nan=False,
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # it may be a key
    )

    host: str = "127.0.0.1"
    """Address to listen on."""

    port: Annotated[int, Field(ge=0, le=65_535)] = 8023
    """Port to listen on; 0 takes a free one."""

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names under which the service may be reached, beside loopback, HOST and addresses; commas between, `*` is any."""

    open: bool = False
    """True allows a HOST beyond loopback though the service asks for no key: whoever reaches it may use it."""

    api_keys: Annotated[dict[str, ConfiguredKey], NoDecode] = Field(default_factory=dict[str, ConfiguredKey])
    """Keys that may use the API: `name=KEY`, commas between; with one, nobody gets in without."""

    data: Path = Field(default_factory=_data_folder)
    """The folder for what is kept: runs, what was approved for good, and sign-ins at MCP servers, encrypted."""

    secrets: Path = Path("/run/secrets")
    """A folder whose files are settings: each has a variable's name and its value; named by the environment only."""

    secret_key: SecretStr = SecretStr("")
    """What that encryption's key is made from; empty keeps a key in the data folder, readable for this user alone."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least level that is logged to standard error."""

    log_format: Literal["text", "json"] = "text"
    """Form of a line of the log: `text`, or `json` for one JSON object a line."""

    traces: Literal["auto", "on", "off"] = "auto"
    """Send traces of runs by OpenTelemetry: `auto` where OTEL_EXPORTER_OTLP_ENDPOINT says so, `on`, `off`."""

    servers_file: Path = Path("mcp.json")
    """MCP servers, in the form of any MCP host; `mcp.json` may be missing."""

    approval: Literal["writes", "always", "never"] = "writes"
    """Which tools in plans that are made wait for approval: `writes` those that do not only read, `always`, `never`."""

    bundled_servers: bool = True
    """Start the bundled MCP servers too: python_docs, documents, stories, and web where it is allowed."""

    documents: Path = _beside_package("docs")
    """The folder that the bundled documents server serves."""

    web: Annotated[tuple[str, ...], NoDecode] = ("off",)
    """What the bundled server web may ask: a SearXNG's URL, `ddgs` for public engines, or both; `off` until allowed."""

    web_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts, addresses and networks beside the public internet that it may read; with commas."""

    functions: Annotated[tuple[str, ...], NoDecode] = ()
    """Python functions to offer as tools: `module:function`, or `module` for all that `@tool` marks in it."""

    model: str = ""
    """Model that writes answers; empty takes the best that Ollama has, else one of another server, `offline` none."""

    planner_model: str = ""
    """Model that plans, where it differs from the writer."""

    plan_form: Literal["auto", "simple", "full"] = "auto"
    """What plans a model is asked for: `simple` of a few calls that stand alone, `full`, or by the model's size."""

    profiles: dict[str, ModelProfile] = Field(default_factory=dict[str, ModelProfile])
    """Named ways of calling a model, for the tool `ask_model`; in the TOML file a table each, `[profiles.reviewer]`."""

    prices: dict[str, ModelPrice] = Field(default_factory=dict[str, ModelPrice])
    """What models cost, so that runs say what they cost; in the TOML file a table each, `[prices."qwen3:8b"]`."""

    workflows: Path = Path("workflows")
    """The folder of saved plans; it may be missing."""

    ollama_host: Annotated[str, Field(validation_alias=AliasChoices("OLLAMA_HOST", "ollama_host"))] = (
        "http://127.0.0.1:11434"
    )
    """Where Ollama listens; `OLLAMA_HOST`, the variable that Ollama itself reads."""

    models: Annotated[dict[str, ModelServerAddress], NoDecode] = Field(default_factory=dict[str, ModelServerAddress])
    """More model servers, OpenAI-compatible: `name=https://host/v1`, commas between; their keys in `…_<NAME>_KEY`."""

    num_ctx: Annotated[int, Field(ge=0)] = 0
    """The one context size of all model calls, in tokens; 0 chooses it from the model."""

    model_slots: Annotated[int, Field(ge=0)] = 0
    """Requests at once to a model server, more wait in a queue; 0 takes as many as it says it works on."""

    keep_alive: str = "30m"
    """How long Ollama keeps the model loaded after a call, in Ollama's form of durations."""

    max_concurrent_tasks: Annotated[int, Field(ge=1)] = 16
    """Tool calls at once in one run."""

    max_concurrent_runs: Annotated[int, Field(ge=1)] = 32
    """Runs at once; more wait in a queue."""

    max_queued_runs: Annotated[int, Field(ge=0)] = 256
    """Runs that may wait; more are turned away."""

    database_url: SecretStr = SecretStr("")
    """Where runs are kept: `sqlite:///path`, `postgresql://…` or `memory:`; empty: `runs.sqlite` in the data folder."""

    role: Literal["all", "web", "worker"] = "all"
    """What this process does: `web` takes requests, `worker` carries runs out; both share one Postgres."""

    history_days: Annotated[float, Field(ge=0)] = 0.0
    """Days for which runs are kept in the database; 0 for any number."""

    history_runs: Annotated[int, Field(ge=1)] = 20_000
    """Ended runs that are kept in the database; those that ended first go first."""

    history_bytes: Annotated[int, Field(ge=1)] = 2_147_483_648
    """Bytes that they may take there, about."""

    schedule_interval: Annotated[float, Field(ge=60)] = 300.0
    """Seconds between two times of a standing question at least."""

    max_schedules: Annotated[int, Field(ge=0)] = 100
    """Standing questions that there may be."""

    webhook_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts, addresses and networks beside the public internet where webhooks may be; with commas."""

    sign_in_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts, addresses and networks beside the public internet where MCP servers' sign-ins may lead; with commas."""

    max_kept_runs: Annotated[int, Field(ge=1)] = 100
    """Ended runs that are also kept in memory."""

    parallel: bool = True
    """False runs tasks one after another, for comparison."""

    start_early: bool = True
    """False starts no task before the whole plan is written, for comparison."""

    preview: bool = True
    """Show quotations while a model works, from tools that only read on this machine; false makes no call for it."""

    task_timeout: Annotated[float, Field(gt=0)] = 60.0
    """Seconds for one attempt at a tool call."""

    cache_max_age: Annotated[float, Field(ge=0)] = 60.0
    """Seconds that the result of a read-only tool may be used again; 0 keeps none."""

    cache_max_entries: Annotated[int, Field(ge=1)] = 256
    """Results of read-only tools that are kept, of all servers together."""

    cache_max_bytes: Annotated[int, Field(ge=1)] = 16_777_216
    """Their size as JSON, of all servers together."""

    deadline: Annotated[float, Field(gt=0)] = 300.0
    """Seconds for a whole run; then tasks that still run are cancelled and the answer is made from what arrived."""

    planner_share: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    """Share of the deadline that a model may take to plan; then what it has written runs, and a plan without it."""

    writer_share: Annotated[float, Field(gt=0, lt=1)] = 1 / 3
    """Share of the deadline that tasks leave to the model that writes the answer."""

    discovery_wait: Annotated[float, Field(ge=0)] = 5.0
    """Seconds that a run waits for servers that are still connecting for the first time."""

    max_kept_bytes: Annotated[int, Field(ge=1)] = 268_435_456
    """Bytes that ended runs may take in memory, about; those that ended first are forgotten first."""

    max_result_bytes: Annotated[int, Field(ge=1_024)] = 33_554_432
    """Bytes of one message of an MCP server, so of a tool's result; a larger one fails its call.

    So does one of more values than one for each 32 of these bytes.
    """

    max_tools_per_server: Annotated[int, Field(ge=1)] = 2_000
    """Tools that are taken in of one server's list."""

    max_tool_pages: Annotated[int, Field(ge=1)] = 100
    """Pages of that list that are asked for."""

    max_tool_description: Annotated[int, Field(ge=1)] = 50_000
    """Characters of a tool's title or description; a tool with a longer one is left out."""

    max_tool_schema: Annotated[int, Field(ge=1)] = 262_144
    """Bytes of a tool's schema; a tool with a larger input schema is left out, a larger output schema is not used."""

    max_nesting: Annotated[int, Field(ge=10, le=190)] = 150
    """Levels of lists and objects in a request's body, which is refused beyond, and in a server's result, which is cut.

    The parser beneath reads 200 levels of a message, of which 10 may stand around these.
    """

    max_result_blocks: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """Blocks of one result that are read; further ones are left out, with a remark."""

    schema_check_timeout: Annotated[float, Field(gt=0, le=10)] = 0.1
    """Seconds of work for one check of data by a schema; what takes longer is not checked, which is told."""

    max_references: Annotated[int, Field(ge=1, le=100_000)] = 1_000
    """References in one task of a plan that is brought; a plan with more is refused."""

    max_yaml_nodes: Annotated[int, Field(ge=100, le=10_000_000)] = 200_000
    """Values of a YAML file, each counted as often as aliases repeat it; a file of more is refused."""

    max_model_line: Annotated[int, Field(ge=1_024)] = 4_194_304
    """Bytes of one line or event of a model's stream, or of a reply that is no stream; a longer one ends the reply."""

    progress_interval: Annotated[float, Field(ge=0.01, le=60)] = 0.5
    """Seconds between two reports of a call's progress, after its first ten; the last is always told."""

    max_progress_text: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Characters of the text of such a report; a longer one is cut."""

    documents_max_bytes: Annotated[int, Field(ge=1_024, le=1_073_741_824)] = 33_554_432
    """Bytes of a document that the bundled documents server reads, and a third of what it may unpack to."""

    max_request_head: Annotated[int, Field(ge=1_024)] = 65_536
    """Bytes of a request's first line and headers; a larger one is refused with 431."""

    request_timeout: Annotated[float, Field(gt=0)] = 15.0
    """Seconds for a request's head to come, and for its body, to which each 1,000 bytes of it add one."""

    shutdown_grace: Annotated[float, Field(gt=0)] = 3.0
    """Seconds that open connections get to end at shutdown."""

    @field_validator("functions", "allowed_hosts", "web", "web_allow", "webhook_allow", "sign_in_allow", mode="before")
    @classmethod
    def _split(cls, given: object) -> object:
        """A variable holds a JSON list, or names with commas between them."""
        if not isinstance(given, str):
            return given
        if given.lstrip().startswith("["):
            return from_json(given)
        return [name.strip() for name in given.split(",") if name.strip()]

    @field_validator("models", mode="before")
    @classmethod
    def _read_models(cls, given: object) -> object:
        """A variable holds names and URLs; the TOML file a table each, `[models.lab]`, or a URL each, in `[models]`."""
        return model_servers(cast("dict[str, Any]", given)) if isinstance(given, dict) else given or {}

    @field_validator("api_keys", mode="before")
    @classmethod
    def _read_keys(cls, given: object) -> object:
        """A variable holds names and keys; the TOML file a list of them, or a table each, `[api_keys.laptop]`."""
        return api_keys(given)

    @property
    def own_hosts(self) -> frozenset[str]:
        """The names under which the service is reached: loopback's, HOST and ALLOWED_HOSTS, in small letters."""
        return LOOPBACK | {name.lower() for name in (self.host, *self.allowed_hosts)}

    @property
    def static(self) -> Path:
        """The folder of the browser page."""
        return _beside_package("static")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of strength above."""
        return init_settings, *sources(settings_cls, env_settings, dotenv_settings, secret_files(secrets_folder()))


def secrets_folder() -> Path:
    """Where files with secret settings are: it must be known before they are read."""
    return Path(os.environ.get("AGENTIC_SEARCH_SECRETS") or Settings.model_fields["secrets"].default)


def environment() -> Mapping[str, str]:
    """The variables that `${VAR}` in the servers file is read from, and that bundled servers are given some of."""
    return dict(os.environ)


@contextmanager
def without_variable(name: str) -> Generator[None]:
    """While the block lasts the environment does not hold it."""
    value = os.environ.pop(name, None)
    try:
        yield
    finally:
        if value is not None:
            os.environ[name] = value
