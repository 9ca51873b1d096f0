"""The documentation is true: links lead somewhere, examples run and print what the page says, nothing stands alone."""

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from docs.pages import ROOT, RUN, anchors, blocks, links, matches, pages, printed_by_block, script

PAGES = pages()
name = lambda page: page.relative_to(ROOT).as_posix()  # noqa: E731  # pytest's ids
RUNNABLE = [page for page in PAGES if any(block.language in RUN for block in blocks(page))]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    broken = []
    for path, fragment in links(page):
        target = (page.parent / unquote(path)).resolve() if path else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            broken.append(f"{path}#{fragment}" if fragment else path)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme():
    seen, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        todo += [(page.parent / unquote(path)).resolve() for path, _ in links(page) if path]
    assert sorted(name(page) for page in PAGES if page not in seen and ROOT / "docs" in page.parents) == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_blocks_name_their_language_and_hold_it(page):
    for block in blocks(page):
        assert block.language, f"{name(page)}:{block.line} has no language"
        if block.language == "json":
            json.loads(block.text)
        if block.language == "console":
            assert re.match(r"[$#] ", block.text), f"{name(page)}:{block.line} shows no prompt; is it to be run?"


def test_every_setting_a_page_names_exists():
    from placet.settings import VARIABLES

    named = {(name(page), found) for page in PAGES for found in re.findall(r"\bPLACET_[A-Z_]*[A-Z]", page.read_text())}
    ours = "".join(path.read_text() for folder in ("bench", "tests") for path in (ROOT / folder).rglob("*.py"))
    known = VARIABLES.keys() | set(
        re.findall(r'"(PLACET_[A-Z_]+)"', ours)
    )  # the benchmarks and tests have some of their own
    assert {(page, found) for page, found in named if found not in known} == set()


@pytest.mark.xdist_group("docs")
@pytest.mark.parametrize("page", [page for page in RUNNABLE if "PLACET_URL" in page.read_text()], ids=name)
def test_examples_that_need_a_server_run_and_print_what_the_page_says(page, demo, folder):
    run(page, demo, folder)


@pytest.mark.parametrize("page", [page for page in RUNNABLE if "PLACET_URL" not in page.read_text()], ids=name)
def test_examples_that_need_none_run_and_print_what_the_page_says(page, plain, folder):
    run(page, plain, folder)


def run(page, environment, folder):
    """Run the page's blocks in an empty folder and compare what each printed with what the page says."""
    command = ["bash", "-c", script(page, folder)]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    printed = printed_by_block(done.stdout)
    fenced = blocks(page)
    line = fenced[max(printed)].line if printed else 1
    assert done.returncode == 0, f"{name(page)}:{line} failed\n{done.stdout}\n{done.stderr}"
    ran = None
    for number, block in enumerate(fenced):
        if block.language in RUN:
            ran = number
        elif block.language == "text" and ran is not None:
            assert matches(block.text, printed[ran]), f"{name(page)}:{block.line} printed\n{printed[ran]}"
            ran = None


@pytest.mark.xdist_group("docs")
def test_the_stand_in_for_curl_does_what_curl_does(demo, tmp_path):
    stand_in = str(Path(__file__).parent / "stand_ins" / "curl")
    options = ["-s", "-o", "answer", "-w", "%{http_code}\\n", "-H", "Content-Type: application/json", "-d", "[]"]
    command = [sys.executable, stand_in, *options, f"{demo['PLACET_URL']}/api/decisions"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "401\n"
    assert json.loads((tmp_path / "answer").read_text())["status"] == 401


def test_the_package_the_how_to_makes_is_the_example():
    """Each file the page writes is the example's own, so that neither runs away from the other."""
    page = (ROOT / "docs/how-to/add-an-artifact-type.md").read_text()
    written = dict(re.findall(r"cat > (\S+) <<'EOF'\n(.*?)^EOF$", page, re.M | re.S))
    assert len(written.pop("README.md")) > 1
    assert len(written) == 4
    for path, text in written.items():
        assert text == (ROOT / "examples/placet-interest" / path).read_text(), path


# ── the checks above find what they are for ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def page(tmp_path):
    def write(text):
        path = tmp_path / "page.md"
        path.write_text(text)
        return path

    return write


def test_blocks_are_run_in_order_in_one_shell(page, plain, folder):
    written = page("```bash\nexport X=1\n```\n\n```python\nimport os\nprint(os.environ['X'])\n```\n\n```text\n1\n```\n")
    command = ["bash", "-c", script(written, folder)]
    done = subprocess.run(command, env=plain, cwd=folder, capture_output=True, text=True, check=True)
    assert printed_by_block(done.stdout) == {0: "", 1: "1\n"}
    assert [block.language for block in blocks(written)] == ["bash", "python", "text"]


def test_a_failing_command_stops_the_page(page, tmp_path):
    written = page("```bash\nfalse | true\necho never\n```\n")
    done = subprocess.run(["bash", "-c", script(written, tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "never" not in done.stdout


def test_expected_output_is_compared():
    assert matches("a\n...\nz\n", "a\nb\nc\nz\n")
    assert not matches("a", "ab")
    assert not matches("a.b", "axb")


def test_links_are_found_in_prose_only(page):
    written = page("[a](b.md#c) `[x](y.md)` [web](https://example.org)\n\n```text\n[d](e.md)\n```\n![p](i/p.png)\n")
    assert list(links(written)) == [("b.md", "c"), ("i/p.png", "")]
    assert anchors(page("# One: two_three\n## `code` & more\n")) == {"one-two_three", "code--more"}
