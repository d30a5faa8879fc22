"""Planning several calls without a model: which values each of them takes."""

import pytest
from pydantic import JsonValue

from agentic_search.domain.data import JsonObject
from agentic_search.domain.tool import Tool
from agentic_search.planning.offline.planner import OfflinePlanner
from agentic_search.planning.planner import PlanRequest
from tests.planning.schemas import tool
from tests.planning.steps import follow

TEXT: JsonObject = {"type": "string"}
WHOLE: JsonObject = {"type": "integer"}
NUMBER: JsonObject = {"type": "number"}


def takes(*required: str, **properties: JsonValue) -> JsonObject:
    return {"type": "object", "properties": properties, "required": [*required]}


PLAY = tool(
    "play_music", takes("artist", "minutes", artist=TEXT, minutes=WHOLE), description="Play songs of an artist."
)
LOAN = tool(
    "loan_payment",
    takes("amount", "rate", "years", amount=WHOLE, rate=NUMBER, years=WHOLE),
    description="Calculate the payment of a loan by its amount, interest rate and years.",
)
MASS = tool("particle_mass", takes("particle", "unit", particle=TEXT, unit=TEXT), description="The mass of a particle.")
FORECAST = tool(
    "share_forecast",
    takes("company", "days", company=TEXT, days=WHOLE, model=TEXT),
    description="Forecast the share price of a company.",
)
SAVINGS = tool(
    "energy_savings",
    takes("energy_type", "months", energy_type=TEXT, months=WHOLE, region=TEXT),
    description="Estimate the savings by a type of energy.",
)
TIMELINE = tool("history_timeline", takes("event", event=TEXT), description="The timeline of an event.")
LEADERS = tool("history_leaders", takes("event", event=TEXT), description="Important leaders involved in an event.")


async def called(query: str, *tools: Tool) -> list[JsonObject]:
    plan = await follow(OfflinePlanner(), PlanRequest(query, tools), [])
    return [task.arguments for task in plan.tasks]


@pytest.mark.parametrize(
    ("query", "tools", "calls"),
    [
        (
            "Play songs of the artists Taylor Swift and Maroon 5 for 20 minutes and 15 minutes",
            [PLAY],
            [{"artist": "Taylor Swift", "minutes": 20}, {"artist": "Maroon 5", "minutes": 15}],
        ),
        (
            "Calculate the payment of a loan with an amount of $1000, an interest rate of 5%, for 10, 20 and 30 years",
            [LOAN],
            [{"amount": 1000, "rate": 0.05, "years": years} for years in (10, 20, 30)],
        ),
        (
            "What is the mass of the particles Neutron and Proton in kilograms?",
            [MASS],
            [{"particle": particle, "unit": "kilograms"} for particle in ("Neutron", "Proton")],
        ),
        (
            '"Can you forecast the share price of the company Nokia for the next 30 days using the ARIMA model?"',
            [FORECAST],
            [{"company": "Nokia", "days": 30, "model": "ARIMA"}],
        ),
        (
            "Estimate the savings by solar energy for 12 months and wind energy for 8 months in the Midwest region",
            [SAVINGS],
            [
                {"energy_type": "solar", "months": 12, "region": "Midwest"},
                {"energy_type": "wind", "months": 8, "region": "Midwest"},
            ],
        ),
        (
            "Show the timeline of the French Revolution and then list important leaders involved",
            [TIMELINE, LEADERS],
            [{"event": "French Revolution"}] * 2,
        ),
    ],
)
async def test_each_call_takes_what_is_said_for_it(query: str, tools: list[Tool], calls: list[JsonObject]) -> None:
    assert await called(query, *tools) == calls


async def test_the_name_of_a_tool_is_no_value() -> None:
    query = "Forecast the share price of the company Nokia for 30 days using the 'share_forecast' function"
    assert await called(query, FORECAST) == [{"company": "Nokia", "days": 30}]


async def test_how_to_answer_is_no_call() -> None:
    query = (
        "Calculate the payment of a loan with an amount of $1000, with an interest rate of 5%, for 10 years."
        " Then forecast the share price of the company Nokia for 30 days. Please round the loan payment to 2 places."
    )
    assert await called(query, LOAN, FORECAST) == [
        {"amount": 1000, "rate": 0.05, "years": 10},
        {"company": "Nokia", "days": 30},
    ]
