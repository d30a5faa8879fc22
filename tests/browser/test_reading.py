"""Getting about: keys, themes, narrow screens, and a page that is there before any answer."""

import re

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.browser.reader import Reader
from tests.support.ollama_double import written

pytestmark = pytest.mark.browser

FIVE = {
    "tasks": [
        {"id": f"t{place}", "tool": "rows", "arguments": {"n": place}, "purpose": "Find"} for place in range(1, 6)
    ]
}
PHONE = ViewportSize(width=320, height=640)
TOKENS = ("text", "quiet", "accent", "good", "bad", "warn")
CONTRAST = """names => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const light = colour => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(--${colour})`;
        canvas.fillStyle = getComputedStyle(probe).color;
        probe.remove();
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(
            v => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const pairs = names.flatMap(name => ['page', 'raised', 'sunken'].map(under => [name, under]));
    pairs.push(['accent', 'accent-soft'], ['on-accent', 'accent'], ['text', 'accent-soft']);
    return pairs.map(([one, other]) => [`${one} on ${other}`, ratio(one, other)]);
}"""


async def test_the_page_paints_and_takes_a_question_while_no_request_is_answered(page: Page, reader: Reader) -> None:
    async def never(route: Route) -> None:
        """Leave it open."""

    await page.route(re.compile(r"/(tools|servers|models|runs)$"), never)
    await page.goto("/")
    await expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    await expect(page.locator(".state")).to_have_text("Looking for models and tool servers …")
    await page.keyboard.type("Already typing")
    await expect(reader.box).to_have_value("Already typing")
    await page.unroute_all(behavior="ignoreErrors")


async def test_the_empty_page_names_the_model_counts_servers_and_says_what_is_wrong(page: Page) -> None:
    await expect(page.locator(".state")).to_have_text("qwen3:8b · 1 of 2 servers ready")
    await expect(page.locator(".broken")).to_contain_text("1 server cannot be used")
    await expect(page.locator(".broken li")).to_contain_text("no licence found")
    questions = page.locator(".example")
    assert 3 <= await questions.count() <= 4


REUSED = """async answers => {
  const { fromTemplate } = await import('/static/js/dom/elements.js');
  const { mountSources } = await import('/static/js/views/answer/sources.js');
  const run = fromTemplate('run');
  const view = mountSources(run.querySelector('.sources'), { dispatch() {} });
  return answers.map(sources => {
    view.update({ key: 'k', run: { status: 'completed', answer: { sources }, tasks: [] } });
    const card = run.querySelector('.source');
    const part = name => card.querySelector(`[data-part=${name}]`);
    const [title, snippet, more] = ['title', 'snippet', 'more'].map(part);
    const seen = [title.getAttribute('href'), snippet.hasAttribute('data-whole'), more.textContent];
    if (!more.hidden) more.click();
    return seen;
  });
}"""
"""What a card shows of each source that it is used for: where it leads, and whether its passage is unfolded."""


async def test_a_card_that_is_used_again_keeps_nothing_of_its_source_before(page: Page, reader: Reader) -> None:
    await expect(reader.box).to_be_visible()
    web, own = "https://example.org/1", "documents:notes.md"
    shown = [
        {"id": 1, "title": "T", "url": url, "snippet": snippet, "task_id": ""}
        for url, snippet in ((web, "long " * 100), ("", "long again " * 100), (own, "short"), (web, "short"))
    ]
    seen = await page.evaluate(REUSED, [[source] for source in shown])
    assert [href for href, *_ in seen] == [web, None, None, web]
    assert [folded for _, *folded in seen] == [[False, "Show all"]] * 4


async def test_keys_alone_suffice(page: Page, reader: Reader) -> None:
    await expect(reader.box).to_be_focused()
    await page.keyboard.type("One line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("and another")
    await expect(reader.box).to_have_value("One line\nand another")
    await reader.ask_and_wait("What do the rows say?", plan=FIVE)
    strip = reader.run.locator(".phases")
    await strip.focus()
    await page.keyboard.press("Enter")
    await expect(strip).to_have_attribute("aria-expanded", "true")
    bars = reader.run.locator(".bar")
    await expect(bars.first).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(bars.first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(bars.nth(1)).to_be_focused()
    await page.keyboard.press("End")
    await expect(bars.last).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(reader.run.get_by_role("group", name="Task")).to_contain_text("n: 5")
    await reader.run.get_by_role("button", name="Close the task").focus()
    await page.keyboard.press("Escape")
    await expect(reader.run.get_by_role("group", name="Task")).to_be_hidden()
    await expect(bars.last).to_be_focused()
    await reader.run.locator(".source").first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(reader.run.locator(".source").nth(1)).to_be_focused()
    await page.keyboard.press("/")
    await expect(reader.box).to_be_focused()
    await expect(reader.box).to_have_value("")


async def test_focus_stays_where_the_reader_is_while_the_run_goes_on(page: Page, reader: Reader) -> None:
    slow = {"tasks": [{"id": f"t{n}", "tool": "sleep_for", "arguments": {"seconds": n}} for n in (1, 2, 3)]}
    await reader.ask("Take your time", plan=slow)
    await expect(reader.row("t3")).to_be_visible()
    await reader.run.locator(".bar").nth(1).focus()
    await reader.ended()
    await expect(reader.run.locator(".bar").nth(1)).to_be_focused()
    await expect(reader.row("t2")).to_be_visible()


async def test_the_theme_follows_the_system_until_one_is_chosen_which_is_remembered(page: Page) -> None:
    shade = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = await page.evaluate(shade)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(shade)
    assert light != dark
    await page.get_by_role("button", name="Theme: system").click()
    assert await page.evaluate(shade) == light
    await page.reload()
    await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert await page.evaluate(shade) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_colour_of_text_can_be_read(page: Page, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    measured = await page.evaluate(CONTRAST, list(TOKENS))
    assert {pair: round(ratio, 2) for pair, ratio in measured if ratio < 4.5} == {}


async def test_at_320_pixels_nothing_makes_the_page_scroll_sideways(page: Page, reader: Reader) -> None:
    await page.set_viewport_size(PHONE)
    endless = "Supercalifragilistic" * 6
    long = {"id": "t1", "tool": "echo", "arguments": {"text": endless}, "purpose": endless}
    plan = {"tasks": [long, *FIVE["tasks"][1:]]}
    await reader.ask_and_wait(endless, plan=plan, answer=written(f"{endless} [1]\n\n```\n{endless}\n```"))
    await reader.run.locator(".phases").click()
    await reader.row("t1").get_by_role("button").click()
    await expect(reader.run.get_by_role("group", name="Task")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    outside = "all => all.filter(each => each.getBoundingClientRect().right > 321).map(each => each.className)"
    assert await page.locator("#composer *:visible").evaluate_all(outside) == []
    await page.get_by_role("button", name="History", exact=True).click()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_sources_stand_beside_the_answer_on_a_wide_screen_and_below_it_on_a_narrow_one(
    page: Page, reader: Reader
) -> None:
    await reader.ask_and_wait("What do the rows say?")
    answer, sources = reader.run.locator(".answer"), reader.run.locator(".sources")
    for width, in_thread_if_large in ((1100, True), (1099, False)):
        await page.set_viewport_size(ViewportSize(width=width, height=900))
        left, right = await answer.bounding_box(), await sources.bounding_box()
        assert left is not None and right is not None
        assert (right["x"] >= left["x"] + left["width"]) is in_thread_if_large
        assert (right["y"] >= left["y"] + left["height"]) is not in_thread_if_large


async def test_nothing_moves_by_itself_where_reduced_motion_is_asked(page: Page, reader: Reader) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await reader.ask_and_wait("What do the rows say?")
    moving = "() => document.getAnimations().filter(each => each.effect.getComputedTiming().duration > 0).length"
    await reader.run.locator(".phases").click()
    assert await page.evaluate(moving) == 0
