r"""What Ollama's grammar keeps of a JSON Schema.

It ignores a pattern that is not anchored or that uses `\d`, `\w` or look-ahead, and forgets `maxLength` beside a
pattern: that is why patterns are written anew, with an end to every repetition. A bound above 2,000 characters it takes
for none at all. The other limits keep the grammar of many tools small: every rule makes every token slower.
"""

from agentic_search.models.chat import GrammarLimits

OLLAMA_GRAMMAR = GrammarLimits(
    keywords=frozenset(
        {
            "minLength",
            "maxLength",
            "pattern",
            "format",
            "minItems",
            "maxItems",
            "prefixItems",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
        }
    ),
    formats=frozenset({"date", "time", "date-time", "uuid"}),
    typical_text=400,
    longest_text=2_000,
    most_repeats=64,
    typical_list=16,
    longest_list=2_000,
    largest_integer=999_999_999_999_999,  # fifteen nines: exact for every reader of JSON, and cheap as a grammar
    most_forms=16,
    most_choices=256,
    most_optional=40,
    deepest=5,
)
