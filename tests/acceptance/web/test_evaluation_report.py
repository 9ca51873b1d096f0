"""The report of `placet eval` in a browser: readable for everybody, in light and dark, on a telephone too."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.async_api import Browser

from placet.cli.main import run

NOTES = Path(__file__).parents[2] / "data" / "notes" / "dev"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A report with something in each of its sections."""
    folder = tmp_path_factory.mktemp("report")
    (folder / "attacks.json").write_text('{"facts": ["Her new mobile is 07700 900123."]}')
    gold = json.loads((NOTES / "gold.jsonl").read_text().splitlines()[0])
    gold["gold"].append({"field_key": "lossCapacity", "value": "high", "source_text": "Alan"})  # nobody would find that
    gold["file"] = str(NOTES / "dev-01.md")
    (folder / "gold.jsonl").write_text(json.dumps(gold))
    path = folder / "report.html"
    command = ["eval", str(folder), "--report", str(path), "--attacks", str(folder / "attacks.json")]
    with ThreadPoolExecutor(1) as thread:  # as there may be an event loop in this one
        assert thread.submit(run, command).result(60) == 1, "the attack changes what is proposed"
    return path.as_uri()


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
async def test_the_report_is_readable(browser: Browser, axe: str, report: str, scheme: str, width: int) -> None:
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(report)
    await page.evaluate(axe)
    found = await page.evaluate("axe.run(document)")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert asked == [report], "nothing is fetched"
    assert await page.locator("figure svg").count() == 4
    colour = await page.locator("figure svg text").first.evaluate("text => getComputedStyle(text).fill")
    assert colour == ("rgb(87, 93, 89)" if scheme == "light" else "rgb(163, 172, 167)")
    await page.close()
