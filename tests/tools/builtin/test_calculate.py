"""The tool `calculate`, called as the pool calls it: what it understands, what it gives, and what it refuses."""

import json
import operator
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentic_search.domain.outcome import ToolResult
from agentic_search.errors import ToolFailed
from agentic_search.planning.draft.argument_check import argument_complaints
from agentic_search.tools.builtin.calculate import Calculate
from tests.support.effort import cases
from tests.support.mcp_processes import unheard

TOOL = Calculate().tool


async def calculate(expression: str) -> ToolResult:
    return await Calculate().call({"expression": expression}, unheard)


async def said(expression: str) -> object:
    value = (await calculate(expression)).value
    assert isinstance(value, dict)
    return value["text"]


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("17 * 23", "17 × 23 = 391"),
        ("17 times 23", "17 × 23 = 391"),
        ("What is 17 times 23?", "17 × 23 = 391"),
        ("what's 12 divided by 5?", "12 ÷ 5 = 2.4"),
        ("17 × 23", "17 × 23 = 391"),
        ("17 x 23 =", "17 × 23 = 391"),
        ("9 ÷ 4 − 1", "9 ÷ 4 - 1 = 1.25"),
        ("Calculate 5*(3-1), please", "5 × (3 - 1) = 10"),
        ("0.1 + 0.2", "0.1 + 0.2 = 0.3"),
        ("1.10 * 3", "1.10 × 3 = 3.3"),
        ("1/3 + 1/3 + 1/3", "1 ÷ 3 + 1 ÷ 3 + 1 ÷ 3 = 1"),
        ("1/3", "1 ÷ 3 ≈ 0.333333333333333"),
        ("2 + 3 * 4", "2 + 3 × 4 = 14"),
        ("-2**2", "-2^2 = -4"),
        ("2**3**2", "2^3^2 = 512"),
        ("2^-1", "2^-1 = 0.5"),
        ("3² + 4²", "3^2 + 4^2 = 25"),
        ("3 squared plus 4 squared", "3^2 + 4^2 = 25"),
        ("2(3 + 4)", "2 × (3 + 4) = 14"),
        ("7 // 2", "7 // 2 = 3"),
        ("10 % 3", "10 mod 3 = 1"),
        ("10 mod 3", "10 mod 3 = 1"),
        ("15% of 80", "15% of 80 = 12"),
        ("How much is 15 percent of 80?", "15% of 80 = 12"),
        ("80 + 15%", "80 + 15% = 92"),
        ("80 - 15%", "80 - 15% = 68"),
        ("10% off 50", "10% off 50 = 45"),
        ("100 * 5%", "100 × 5% = 5"),
        ("half of 90", "1 ÷ 2 of 90 = 45"),
        ("1,234,567.5 * 2", "1,234,567.5 × 2 = 2469135"),
        ("1'000'000 / 8", "1'000'000 ÷ 8 = 125000"),
        ("1_000 + 1e3", "1_000 + 1e3 = 2000"),
        ("sqrt(144)", "sqrt(144) = 12"),
        ("square root of 144", "sqrt(144) = 12"),
        ("sqrt(2) ** 2", "sqrt(2)^2 = 2"),
        ("sqrt(2)", "sqrt(2) ≈ 1.4142135623731"),
        ("cbrt(27)", "cbrt(27) = 3"),
        ("log10(1000)", "log10(1000) = 3"),
        ("log(8, 2)", "log(8, 2) = 3"),
        ("ln(e**2)", "ln(e^2) = 2"),
        ("sin(pi)", "sin(pi) = 0"),
        ("sin(30°)", "sin(30°) = 0.5"),
        ("round(2.5)", "round(2.5) = 3"),
        ("round(2.345, 2)", "round(2.345, 2) = 2.35"),
        ("max(3, 5, 4) - min(1,2)", "max(3, 5, 4) - min(1, 2) = 4"),
        ("abs(-3.5)", "abs(-3.5) = 3.5"),
        ("average of 3, 4 and 5", "mean(3, 4, 5) = 4"),
        ("the sum of 4 and 5", "sum(4, 5) = 9"),
        ("the difference between 9 and 4", "9 - 4 = 5"),
        ("5!", "5! = 120"),
        ("gcd(12, 18)", "gcd(12, 18) = 6"),
        ("2**100", "2^100 = 1267650600228229401496703205376"),
        ("π * 2", "pi × 2 ≈ 6.28318530717959"),
    ],
)
async def test_arithmetic_as_people_write_it_is_calculated(written: str, answer: str) -> None:
    assert await said(written) == answer
    assert not argument_complaints({"expression": written}, TOOL)


async def test_the_result_is_a_fact_to_cite_and_a_number_to_go_on_with() -> None:
    result = await calculate("What is 17 times 23?")
    assert result.value == {"text": "17 × 23 = 391", "value": 391, "exact": True} and result.note == ""
    (passage,) = result.passages
    assert passage.text == "17 × 23 = 391" and passage.url.startswith("tool:builtin/calculate?expression=")


async def test_what_is_rounded_says_so() -> None:
    for written, is_exact in (("1/8", True), ("2/3", False), ("sqrt(2)", False), ("sqrt(9/4)", True)):
        value = (await calculate(written)).value
        assert isinstance(value, dict) and value["exact"] is is_exact, written


@pytest.mark.parametrize(
    ("written", "cause"),
    [
        ("", "the expression is missing"),
        ("3,5 * 2", "'3,5' has a decimal comma: write a point, as in 3.5"),
        ("1.234,56", "'1.234,56' is no number that can be read"),
        ("sqrt(1,000)", "sqrt takes 1 numbers in its brackets, not 2; a comma separates them there"),
        ("1 / 0", "nothing can be divided by zero"),
        ("5 mod 0", "nothing can be divided by zero"),
        ("0 ** -1", "nothing can be divided by zero"),
        ("sqrt(-1)", "a negative number has no real square root"),
        ("log(0)", "only numbers above zero have a logarithm"),
        ("acos(2)", "a number here is not one that this function is defined for"),
        ("tan(pi/2)", "the function is not defined there"),
        ("2.5!", "a factorial's number must be a whole number"),
        ("sqt(4)", "'sqt' is neither a number nor a function nor a constant; did you mean 'sqrt'?"),
        ("5 km * 2", "'km' is neither a number nor a function nor a constant"),
        ("$5 * 3", "units and currencies are not calculated"),
        ("2 < 3", "comparisons and equations are not calculated"),
        ("2 3", "write a sign between '2' and '3'"),
        ("(2 + 3", "a '(' is not closed"),
        ("2 + 3)", "a ')' stands after '2 + 3'"),
        ("2 +", "the expression ends too early"),
        ("* 3", "'*' cannot stand at the beginning"),
        ("5 off 3", "'off' needs a percentage before it"),
        ("9**9**9", "has more than 1,000 digits"),
        ("1000!", "has more than 1,000 digits"),
        ("3!!!!", "has more than 1,000 digits"),
        ("10**999 * 10**999", "has more than 1,000 digits"),
        ("1e99999999", "the exponent of '1e99999999' is beyond 1,000"),
        ("exp(1000)", "too large for this function"),
        ("1e1000 / 3", "the result is too large to be rounded"),
        ("(" * 60 + "1" + ")" * 60, "nested more than 50 deep"),
        ("-" * 60 + "1", "nested more than 50 deep"),
        ("1" * 501, "longer than 500 characters"),
        ("__import__('os').getpid() + 1", "cannot be read as arithmetic"),
        ("(lambda: 1)()", "cannot be read as arithmetic"),
    ],
)
async def test_what_cannot_be_calculated_fails_with_the_cause_and_what_to_do(written: str, cause: str) -> None:
    with pytest.raises(ToolFailed) as failed:
        await calculate(written)
    assert cause in str(failed.value)


def test_what_holds_no_number_is_no_argument_for_it() -> None:
    for text in ("Tokyo", "", "the lamp is red", "1" * 501):
        assert argument_complaints({"expression": text}, TOOL)


_SIGNS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: left / right,
}


@settings(max_examples=cases(60), deadline=None)
@given(
    st.decimals(-9_999, 9_999, places=3),
    st.sampled_from([*_SIGNS]),
    st.decimals(1, 9_999, places=2),
    st.integers(1, 99),
)
async def test_sums_of_decimals_are_exact(left: object, sign: str, right: object, factor: int) -> None:
    result = await calculate(f"({left} {sign} {right}) * {factor} - 0.5")
    wanted = _SIGNS[sign](Fraction(str(left)), Fraction(str(right))) * factor - Fraction(1, 2)
    assert isinstance(result.value, dict)
    assert result.value["value"] == pytest.approx(float(wanted), rel=1e-14)
    if result.value["exact"]:
        assert Fraction(str(result.value["text"]).partition(" = ")[2]) == wanted


@settings(max_examples=cases(300), deadline=None)
@given(st.text(alphabet="0123456789.,+-*/%()!^ eEpisqrtmaxlogof°×√²'_", max_size=60) | st.text(max_size=40))
async def test_any_text_is_calculated_or_refused(text: str) -> None:
    try:
        result = await calculate(text)
    except ToolFailed as refused:
        assert str(refused)
    else:
        assert len(result.passages) == 1 and result.note == ""
        json.dumps(result.value, allow_nan=False)
