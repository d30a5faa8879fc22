"""Reads a Jupyter notebook (.ipynb) as Markdown: its prose as it stands, its code in blocks.

Our own and not kreuzberg's (4.10.4), which mixes what the code has printed into it.
"""

from pydantic import BaseModel, ValidationError

from agentic_search.mcp_servers.documents.parsing.decoding import decode
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.markdown import read_markdown


class NotebookCell(BaseModel):
    """A cell; its source is one text, or lines with their ends."""

    cell_type: str = "raw"
    source: str | list[str] = ""

    @property
    def text(self) -> str:
        """As Markdown."""
        written = self.source if isinstance(self.source, str) else "".join(self.source)
        return f"```\n{written}\n```" if self.cell_type == "code" and written.strip() else written


class Notebook(BaseModel):
    """What is read of a notebook, format 4."""

    cells: list[NotebookCell]


def parse_notebook(data: bytes) -> Document:
    """Raises Unreadable for what is no notebook."""
    written, _ = decode(data)
    try:
        notebook = Notebook.model_validate_json(written)
    except ValidationError as error:
        raise Unreadable("it is no notebook of format 4, whatever its name says") from error
    return read_markdown("\n\n".join(cell.text for cell in notebook.cells), lines=False)
