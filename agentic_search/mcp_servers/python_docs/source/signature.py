"""The signature of a function or class on one line, from its syntax tree."""

import ast

LONGEST = 400


def function_signature(node: ast.FunctionDef | ast.AsyncFunctionDef, *, bound: bool) -> str:
    """`async name(a, b=1) -> int`; without the first parameter where a call binds it."""
    arguments = ast.unparse(_without_first(node.args) if bound else node.args)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    prefix = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    return _shorten(f"{prefix}{node.name}({arguments}){returns}")


def class_signature(node: ast.ClassDef, initialiser: ast.FunctionDef | ast.AsyncFunctionDef | None) -> str:
    """`class Name(a, b=1)`, as it is called; with its bases where it has no initialiser of its own."""
    if initialiser is not None:
        return _shorten(f"class {node.name}({ast.unparse(_without_first(initialiser.args))})")
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    return _shorten(f"class {node.name}({bases})" if bases else f"class {node.name}")


def _without_first(arguments: ast.arguments) -> ast.arguments:
    """As the caller of a bound method sees them."""
    only, rest = list(arguments.posonlyargs), list(arguments.args)
    (only or rest)[:1] = []
    positional = len(only) + len(rest)
    return ast.arguments(
        posonlyargs=only,
        args=rest,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg,
        defaults=arguments.defaults[-positional:] if positional else [],
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
