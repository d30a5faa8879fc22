"""The receipt of a run: every host, server and model that it contacted, how much was said, and whether it left."""

from collections.abc import Iterable, Iterator

from agentic_search.domain.data import Frozen
from agentic_search.text.counting import count


class Contact(Frozen):
    """What a run exchanged with one host, through one server or with one model."""

    host: str
    """The host's name; empty for a program that the service itself runs on this machine."""
    server: str = ""
    """The MCP server that was called, or that asked the host in the course of a call."""
    model: str = ""
    """The model that was called there."""
    calls: int = 1
    """Calls and requests that were made, repeated ones too."""
    sent: int = 0
    received: int = 0
    bytes: int = 0
    """Both together: arguments and prompts, results and replies, without what the protocol adds."""
    elsewhere: bool | None
    """Whether that is another machine; null of a program that may itself have asked others, and does not say so."""

    def plus(self, other: "Contact") -> "Contact":
        """Both together."""
        sent, received = self.sent + other.sent, self.received + other.received
        return self.model_copy(
            update={"calls": self.calls + other.calls, "sent": sent, "received": received, "bytes": sent + received}
        )


class Receipt(Frozen):
    """What a run contacted, and whether anything of it left this machine."""

    left_machine: bool | None
    """Null where that is not known: programs were called that do not say whom they ask, or a part ran elsewhere."""
    contacted: tuple[Contact, ...] = ()


def receipt_of(contacts: Iterable[Contact], *, whole: bool) -> Receipt:
    """The receipt of a run; `whole`: nothing was contacted beside these."""
    known = tuple(contacts)
    left = any(contact.elsewhere for contact in known)
    is_known = whole and all(contact.elsewhere is not None for contact in known)
    return Receipt(left_machine=True if left else False if is_known else None, contacted=known)


def verdict(receipt: Receipt) -> str:
    """Whether anything left this machine, in a sentence."""
    if receipt.left_machine is None:
        return "It is not known whether anything left this machine: programs were called that do not say whom they ask."
    if not receipt.left_machine:
        return "Nothing left this machine."
    hosts = dict.fromkeys(contact.host for contact in receipt.contacted if contact.elsewhere)
    return f"Left this machine, to {', '.join(hosts)}."


def lines_of(receipt: Receipt) -> Iterator[str]:
    """Each contact in a line."""
    for contact in receipt.contacted:
        through = contact.model or contact.server
        where = f"{contact.host} ({through})" if contact.host else f"{through}, a program on this machine"
        sizes = f"{contact.sent:,} bytes sent, {contact.received:,} received"
        yield f"{where}: {count(contact.calls, 'call')}, {sizes}"
