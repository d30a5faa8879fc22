"""The user's folder with a second one, of documents that were dropped on the service's page, as a folder in it."""

from pathlib import Path

from agentic_search.mcp_servers.documents.files.folder import MOST_BYTES, Folder, FolderListing, Stamp

DROPPED = "dropped"
"""The name under which it stands; a folder of the user's own that is called so is hidden by it."""


class FolderWithDropped(Folder):
    """Reads within both, and never out of them."""

    def __init__(self, root: Path, dropped: Path, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(root, most_bytes)
        self.dropped = Folder(dropped, most_bytes)

    @property
    def roots(self) -> tuple[Path, ...]:
        """What is watched."""
        return (self.root, self.dropped.root)

    def exists(self) -> bool:
        """There is one of them."""
        return super().exists() or self.dropped.exists()

    def look(self) -> FolderListing:
        """Every document in both and below."""
        listing = super().look() if super().exists() else FolderListing()
        for found in (listing.files, listing.refused):
            for path in [path for path in found if _inside(path) is not None]:
                del found[path]
        dropped = self.dropped.look()
        listing.files |= {_outside(path): stamp for path, stamp in dropped.files.items()}
        listing.refused |= {_outside(path): why for path, why in dropped.refused.items()}
        listing.passed_over += dropped.passed_over
        listing.left_out = listing.left_out or dropped.left_out
        return listing

    def locate(self, name: str) -> str:
        """A path that somebody asks for → the real path within one of the folders. Raises Refused."""
        inside = _inside(name)
        return super().locate(name) if inside is None else _outside(self.dropped.locate(inside))

    def read(self, path: str) -> tuple[bytes, Stamp]:
        """The bytes of a file that `look` or `locate` named, and the state they are of. Raises Refused."""
        inside = _inside(path)
        return super().read(path) if inside is None else self.dropped.read(inside)


def _inside(path: str) -> str | None:
    """A path in the dropped folder; None for one that is not there."""
    first, mark, rest = path.partition("/")
    return rest if mark and first == DROPPED else None


def _outside(path: str) -> str:
    return f"{DROPPED}/{path}"
