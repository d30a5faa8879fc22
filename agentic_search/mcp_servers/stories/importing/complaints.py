"""What pydantic found wrong → one line for people."""

from pydantic import ValidationError


def complaints(error: ValidationError) -> str:
    """Each field with what is wrong with it."""
    told = [
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" if detail["loc"] else detail["msg"]
        for detail in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return "; ".join(told)
