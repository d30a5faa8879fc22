"""A server that cannot be started as its entry stands: it has a fault, or asks the user for something first."""

from collections.abc import Mapping

from agentic_search.domain.tool import ServerStatus
from agentic_search.tools.config.inputs import with_inputs
from agentic_search.tools.config.server_config import ServerConfig
from agentic_search.tools.unconnected import UnconnectedServer


class UnstartedServer(UnconnectedServer):
    """Shows what is wrong or wanted; with the inputs given it becomes the server that it stands for."""

    def __repr__(self) -> str:
        return f"<UnstartedServer {self.name}>"

    @property
    def inputs(self) -> frozenset[str]:
        """The ids of what it asks for: nothing while a server that was given it connects or is ready."""
        if self._server and self._server.status().status != "unavailable":
            return frozenset()
        return frozenset(each.id for each in self._config.inputs)

    def status(self) -> ServerStatus:
        """What is wrong or wanted, or the started server's status."""
        if self._server:
            status = self._server.status()
            return status.model_copy(update={"inputs": self._config.inputs}) if self.inputs else status
        config = self._config
        status, error = _state(config)
        return ServerStatus(
            name=config.name,
            title=config.title,
            status=status,
            transport=config.reach.transport,
            error=error,
            warnings=config.warnings,
            inputs=config.inputs,
        )

    def give(self, values: Mapping[str, str]) -> None:
        """Start it with these values, kept in memory only; again with others where it could not start with those.

        Raises RequestError for a value that is missing or wrong.
        """
        self._replace(self._connect(with_inputs(self._config, values)))


def _state(config: ServerConfig) -> tuple[str, str]:
    if config.disabled:
        return "disabled", config.problem
    if config.problem:
        return "unavailable", config.problem
    names = ", ".join(each.id for each in config.inputs)
    return "needs_input", f"it asks for {names}: give it on the page, or by POST /servers/{config.name}/inputs"
