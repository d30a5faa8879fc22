"""Reads a message as mail programs save it (.eml): its subject as the title, who wrote when, and its text.

Our own and not kreuzberg's (4.10.4), which does not name what is attached in the text.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage

from agentic_search.mcp_servers.documents.parsing.decoding import clip, decode
from agentic_search.mcp_servers.documents.parsing.document import Document, Unreadable
from agentic_search.mcp_servers.documents.parsing.html import html_to_text
from agentic_search.mcp_servers.documents.parsing.sections import cut

HEADERS = ("From", "To", "Date")
BROKEN = (ValueError, LookupError, TypeError, AttributeError)
"""What a broken message makes the parser raise."""


def parse_mail(data: bytes) -> Document:
    """Plain text before HTML; attachments are named only. Raises Unreadable."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        title = " ".join(str(message.get("Subject") or "").split())
        heads = [f"{name}: {message[name]}" for name in HEADERS if message.get(name)]
        attached = [name for part in message.iter_attachments() if (name := part.get_filename())]
        body = _body(message)
    except BROKEN as error:
        raise Unreadable(f"the message is broken: {error or type(error).__name__}") from error
    if not (title or heads):
        raise Unreadable("it is no message, whatever its name says")
    notes = [f"Attached: {', '.join(attached)}"] if attached else []
    text, note = clip("\n\n".join(filter(None, ["\n".join(heads), body, *notes])))
    return Document(title, text, cut(text, (), lines=False), note)


def _body(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except LookupError:  # a character set that nobody knows, as in charset="unknown-8bit"
        payload = part.get_payload(decode=True)
        text = decode(payload)[0] if isinstance(payload, bytes) else ""
    return html_to_text(text) if part.get_content_subtype() == "html" else text.strip()
