"""What is written on a connection."""

import pytest

from agentic_search.http1.request import written


def test_a_request_is_its_line_its_headers_a_blank_line_and_its_content() -> None:
    headers = [(b"Host", b"box"), (b"Content-Length", b"2")]
    assert (
        written("POST", b"/a?b=c", headers, b"hi")
        == b"POST /a?b=c HTTP/1.1\r\nHost: box\r\nContent-Length: 2\r\n\r\nhi"
    )


@pytest.mark.parametrize("value", [b"a\r\nX: y", b"a\n", b"\r"])
def test_no_header_can_begin_another(value: bytes) -> None:
    with pytest.raises(ValueError, match="line break"):
        written("GET", b"/", [(b"X", value)], b"")
