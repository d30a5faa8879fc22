"""Keeps the index as what is installed says it should be: worker processes read what is new or has changed.

One task builds (`run`); any number of others ask what is missing and wait for it. All in one event loop.
"""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Collection

from agentic_search.mcp_servers.fulltext import Index
from agentic_search.mcp_servers.python_docs.index.reading import order_to_index
from agentic_search.mcp_servers.python_docs.installed.packages import Package
from agentic_search.workers.bounds import Bounds
from agentic_search.workers.ending import Raised
from agentic_search.workers.frames import pack_order
from agentic_search.workers.pool import WorkerPool
from agentic_search.workers.worker import WorkerDied

logger = logging.getLogger(__name__)

RECHECK = 30.0
MOST_ATTEMPTS = 2
TIMEOUT = 300.0
"""Seconds for one package; the largest take some ten."""

BOUNDS = Bounds(niceness=10)
"""Reading is work in the background, for a question that may come."""


class IndexBuilder:
    """Compares the index with what a survey finds, and has worker processes read what is missing."""

    def __init__(
        self,
        index: Index,
        survey: Callable[[], list[Package]],
        *,
        workers: int,
        recheck: float = RECHECK,
        timeout: float = TIMEOUT,
    ) -> None:
        """`workers` processes read at once, each package for at most `timeout` seconds; the survey is repeated when
        asked, at most every `recheck` seconds.
        """
        self.index = index
        self.packages: dict[str, Package] = {}
        """Everything there is, by group."""
        self.failed: dict[str, str] = {}
        """Groups that could not be put into the index, and why."""
        self._survey = survey
        self._workers = workers
        self._recheck = recheck
        self._timeout = timeout
        self._checked = float("-inf")
        self._checking = asyncio.Lock()
        self._waiting: list[Package] = []
        self._under_way: set[str] = set()
        self._attempts: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def __repr__(self) -> str:
        return f"<IndexBuilder {len(self.packages)} packages, {len(self.missing(self.packages))} missing>"

    async def run(self) -> None:
        """Check, then read what is missing, and again whenever a check has found something; ends by cancellation."""
        try:
            await self.check()
        except (sqlite3.Error, OSError):  # a server that cannot use its index still serves, to say so when it is asked
            logger.exception("the index %s cannot be used", self.index.path)
        while True:
            changed = self._changed
            if self._waiting:
                await self._build()
            else:
                await changed.wait()

    async def check(self) -> None:
        """Compare the index with what is installed, unless that was done a moment ago.

        What is gone is dropped at once; what is new or has changed is on its way when this returns. Raises
        sqlite3.Error or OSError where the index cannot be used.
        """
        async with self._checking:
            now = asyncio.get_running_loop().time()
            if now - self._checked >= self._recheck:
                packages, stale = await asyncio.to_thread(self._compare)
                self._checked = now
                self._update(packages, stale)

    def missing(self, groups: Collection[str]) -> list[Package]:
        """Those of the groups that are not in the index yet, in the order in which they are read."""
        waiting = self._under_way.union(package.group for package in self._waiting)
        return [package for group, package in self.packages.items() if group in waiting and group in groups]

    async def ready(
        self, groups: Collection[str], seconds: float, on_progress: Callable[[int, int], Awaitable[None]]
    ) -> None:
        """Wait until the groups are in the index, but no longer than this; they are read before all others.

        `on_progress` takes how many of how many groups are ready.
        """
        self._waiting.sort(key=lambda package: package.group not in groups)
        try:
            async with asyncio.timeout(seconds):
                while missing := self.missing(groups):
                    changed = self._changed
                    await on_progress(len(groups) - len(missing), len(groups))
                    await changed.wait()
        except TimeoutError:
            logger.info("answering without %d of %d packages", len(self.missing(groups)), len(groups))

    def _compare(self) -> tuple[list[Package], list[Package]]:
        """What is installed, and which of it the index does not hold as it is now."""
        packages = self._survey()
        held = self.index.groups()
        for group in held.keys() - {package.group for package in packages}:
            self.index.drop(group)
        return packages, [package for package in packages if held.get(package.group) != package.fingerprint]

    def _update(self, packages: list[Package], stale: list[Package]) -> None:
        changed = [package for package in packages if self.packages.get(package.group) != package]
        for package in changed:
            self.failed.pop(package.group, None)
            self._attempts.pop(package.group, None)
        self.packages = {package.group: package for package in packages}
        self.failed = {group: why for group, why in self.failed.items() if group in self.packages}
        self._waiting = [package for package in stale if package.group not in self._under_way | self.failed.keys()]
        self._announce()

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _build(self) -> None:
        """Until nothing waits any more; with it end the processes."""
        pool = WorkerPool(self._workers, bounds=BOUNDS)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._workers):
                    group.create_task(self._read_on(pool))
        finally:
            await pool.close()

    async def _read_on(self, pool: WorkerPool) -> None:
        while self._waiting:
            package = self._waiting.pop(0)
            self._under_way.add(package.group)
            try:
                await self._read(pool, package)
            finally:
                self._under_way.discard(package.group)
                self._announce()

    async def _read(self, pool: WorkerPool, package: Package) -> None:
        """One package's entries into the index, or why not."""
        order = pack_order(order_to_index(self.index.path, package))
        try:
            ending = await pool.perform(order, timeout=self._timeout)
        except TimeoutError:
            self._give_up(package, f"reading it took longer than {self._timeout:g} s")
        except (WorkerDied, OSError) as death:
            # The process may have been ended for something else: try once more before giving the package up.
            self._attempts[package.group] += 1
            if self._attempts[package.group] < MOST_ATTEMPTS:
                self._waiting.append(package)
            else:
                self._give_up(package, f"nothing came of reading it: {death}")
        else:
            if isinstance(ending, Raised):
                self._give_up(package, ending.why)

    def _give_up(self, package: Package, why: str) -> None:
        logger.warning("%s %s could not be indexed: %s", package.name, package.version, why)
        self.failed[package.group] = why
