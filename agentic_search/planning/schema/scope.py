"""What may stand at one place of a plan: the names that its references begin with, and the texts they stand in.

Free text is written as a pattern in which `${` opens only references that the check accepts there.
"""

from dataclasses import dataclass

from agentic_search.domain.data import JsonObject
from agentic_search.models.chat import GrammarLimits
from agentic_search.planning.schema.scalars import honoured

ROOM_FOR_REFERENCE = 100
"""Characters of a text that may hold references among other words."""
_LONGEST_TAIL = 80
"""Characters of a text behind each reference in it."""

STEP = r"\.[A-Za-z_][A-Za-z0-9_]{0,40}|\[[0-9]{1,3}\]|\[\*\]|\[:[0-9]{1,3}\]"
_CHARACTER = r'([^"\\\x00-\x1f\x7f$]|\\["\\nt]|\$[^"\\\x00-\x1f\x7f${])'
"""One character of a text as JSON writes it: anything but what opens a reference. Patterns match what is written."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the references at one place of a plan may begin with."""

    names: tuple[str, ...] = ()
    """As `readable` says; where there are none, every value is written out."""
    suffix: str = ""
    """Tells the definitions for this place from those for others."""

    def definition(self, name: str) -> JsonObject:
        """The `$ref` to one of the definitions for this place."""
        return {"$ref": f"#/$defs/{name}{self.suffix}"}

    @property
    def reference(self) -> str:
        """The pattern of one `${t1.stories[:3]}`, not anchored: what matches always parses."""
        return rf"\$\{{({'|'.join(self.names)})({STEP}){{0,6}}\}}"


def definitions(limits: GrammarLimits, scope: Scope) -> JsonObject:
    """What the `$ref` of a schema that is bounded for `scope` lead to.

    A grammar names its rules after these: a name that it has a rule for already, like `integer`, would be taken for
    that.
    """
    shared = shared_forms(limits, scope)
    if scope.names:
        alone = {name: form for name, form in shared.items() if form.get("type") != "string"}
        shared |= {name: {"anyOf": [form, scope.definition("reference")]} for name, form in alone.items()}
        shared["reference"] = _text(limits, f"^{scope.reference}$", 300)
    return {f"{name}{scope.suffix}": form for name, form in shared.items()}


def shared_forms(limits: GrammarLimits, scope: Scope) -> dict[str, JsonObject]:
    """The commonest forms of a value, by the definition that stands for each."""
    largest = limits.largest_integer
    whole: JsonObject = {"type": "integer", "minimum": -largest, "maximum": largest}
    forms: dict[str, JsonObject] = {"whole": whole, "decimal": {"type": "number"}, "truth": {"type": "boolean"}}
    texts = {"text": free_text(0, limits.typical_text, limits, scope)}
    texts["words"] = free_text(1, limits.typical_text, limits, scope)
    return {**texts, **{name: honoured(form, limits) for name, form in forms.items()}}


def free_text(least: int, most: int, limits: GrammarLimits, scope: Scope) -> JsonObject:
    """Text of any wording; a long one may hold references of the scope, and `${` opens nothing else."""
    if not most:
        return {"const": ""}
    plain = f"{_CHARACTER}{{{least},{most}}}"
    if not (scope.names and most >= ROOM_FOR_REFERENCE):
        return _text(limits, f"^{plain}$", most, least)
    before = f"{_CHARACTER}{{0,{most // 2}}}"
    referring = f"{before}({scope.reference}{_CHARACTER}{{0,{_LONGEST_TAIL}}}){{1,3}}"
    return _text(limits, f"^({plain}|{referring})$", limits.longest_text)


def _text(limits: GrammarLimits, pattern: str, most: int, least: int = 0) -> JsonObject:
    length: JsonObject = {"minLength": least} if least else {}
    return honoured({"type": "string", "pattern": pattern, **length, "maxLength": most}, limits)
