"""Axe: what of a page shuts somebody out, as far as a program can find it."""

from pathlib import Path

from playwright.async_api import Page, ViewportSize

from tests.support.npm import installed

PINS = Path(__file__).with_name("axe")
PHONE = ViewportSize(width=320, height=640)
FOURFOLD = ViewportSize(width=320, height=256)
"""A window of 1280 by 1024 at 400 %."""
CHECK = """async () => {
  await Promise.all(document.getAnimations().filter(each => each.effect.getComputedTiming().iterations === 1)
    .map(each => each.finished.catch(() => {})));
  const {violations} = await axe.run(document);
  const at = nodes => nodes.map(each => each.html.slice(0, 160)).join(' | ');
  return violations.map(({id, impact, nodes}) => `${id} (${impact}): ${at(nodes)}`);
}"""


class Checker:
    """Collects what axe finds wrong, by the state of the page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._source = (installed(PINS) / "axe-core" / "axe.min.js").read_text()
        self.wrong: dict[str, list[str]] = {}

    async def look(self, state: str) -> None:
        """Look at the page as it is now."""
        if not await self._page.evaluate("() => 'axe' in window"):
            await self._page.evaluate(self._source)
        found = await self._page.evaluate(CHECK)
        if found:
            self.wrong[state] = found

    async def look_in_every_way(self, state: str) -> None:
        """As it is now, dark, in forced colours, on a phone, and at 400 %, where nothing may scroll sideways."""
        await self.look(state)
        await self._page.emulate_media(color_scheme="dark")
        await self.look(f"{state}, dark")
        await self._page.emulate_media(color_scheme="light", forced_colors="active")
        await self.look(f"{state}, forced colours")
        await self._page.emulate_media(forced_colors="none")
        before = self._page.viewport_size
        for size, name in ((PHONE, "320 px"), (FOURFOLD, "400 %")):
            await self._page.set_viewport_size(size)
            await self.look(f"{state}, {name}")
            if (width := await self._page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
                self.wrong.setdefault(f"{state}, {name}", []).append(f"scrolls sideways: {width} px")
        if before is not None:
            await self._page.set_viewport_size(before)
