"""The table of static files: right types, validators and caching, and nothing but what is in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from placet.web import static_files as served

WEB = Path(served.__file__).parent
ACCEPTANCE = Path(__file__).parents[2] / "acceptance"
VENDORED = [
    (WEB, WEB / "vendor.toml"),
    (ACCEPTANCE / "web/vendor", ACCEPTANCE / "web/vendor/vendor.toml"),
    (ACCEPTANCE / "chat/vendor", ACCEPTANCE / "chat/vendor/vendor.toml"),
]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar([served.static_files], openapi_config=None, logging_config=None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("placet.css", "text/css; charset=utf-8"),
        ("dom.js", "text/javascript; charset=utf-8"),
        ("boot.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml; charset=utf-8"),
        ("favicon.svg", "image/svg+xml; charset=utf-8"),
    ],
)
async def test_a_file_is_sent_whole_with_its_type(client: httpx.AsyncClient, name: str, kind: str) -> None:
    answer = await client.get(served.static_url(name))
    assert answer.status_code == 200
    assert answer.content == served.FILES[name].body
    kept = (WEB / "static" / name).read_bytes()
    assert answer.content == {"placet.css": served.lean, "dom.js": served.bare}.get(name, bytes)(kept)
    assert answer.headers["content-type"] == kind


async def test_an_address_with_the_right_hash_is_kept_and_any_other_asks_again(client: httpx.AsyncClient) -> None:
    assert "immutable" in (await client.get(served.static_url("placet.css"))).headers["cache-control"]
    for other in ("/static/placet.css", "/static/placet.css?v=0", served.static_url("placet.css") + "&x=1"):
        assert "must-revalidate" in (await client.get(other)).headers["cache-control"]


@pytest.mark.parametrize("sent", ['"{}"', 'W/"{}"', '"x", W/"{}"', "*", 'W/"y" ,"{}"'])
async def test_who_has_it_is_told_so(client: httpx.AsyncClient, sent: str) -> None:
    etag = served.FILES["placet.css"].etag
    answer = await client.get(
        "/static/placet.css", headers={"if-none-match": sent.format(served.FILES["placet.css"].version)}
    )
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_who_has_another_gets_it(client: httpx.AsyncClient) -> None:
    assert (await client.get("/static/placet.css", headers={"if-none-match": '"old"'})).status_code == 200


async def test_who_takes_it_gets_it_squeezed(client: httpx.AsyncClient) -> None:
    squeezed = await client.get("/static/placet.css", headers={"accept-encoding": "br, gzip"})
    assert squeezed.headers["content-encoding"] == "gzip"
    assert int(squeezed.headers["content-length"]) < len(squeezed.content) / 2
    plain = await client.get("/static/placet.css", headers={"accept-encoding": "identity, gzip;q=0"})
    assert "content-encoding" not in plain.headers
    assert plain.content == squeezed.content
    assert {plain.headers["vary"], squeezed.headers["vary"]} == {"accept-encoding"}


async def test_head_says_the_same_without_the_body(client: httpx.AsyncClient) -> None:
    whole, head = await client.get("/static/icons.svg"), await client.head("/static/icons.svg")
    assert head.content == b""
    assert head.headers == whole.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_but_reading(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/static/placet.css")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/static",
        "/static/",
        "/static/nothing.css",
        "/staticfoo",
        "/static/%00",
        "/static/placet.css%00",
        "/static/placet.css/",
        "/static//placet.css",
        "/static/%2e%2e/views.py",
        "/static/..%2fviews.py",
        "/static/../views.py",
        "/static/%ff",
        "/static/PLACET.CSS",
    ],
)
async def test_everything_else_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


def test_the_address_of_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        served.static_url("nothing.css")


def test_only_files_of_known_types_are_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "b.py").write_text("secret")
    assert list(served.load(tmp_path)) == ["a.css"]
    assert served.load(tmp_path)["a.css"].version == sha256(b"a{}").hexdigest()[:16]


@pytest.mark.parametrize(("folder", "record"), VENDORED, ids=["shipped", "pages", "chat"])
def test_what_is_vendored_is_what_is_recorded(folder: Path, record: Path) -> None:
    entries = tomllib.loads(record.read_text())
    assert entries
    for entry in entries.values():
        assert sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["file_sha256"]
        assert (folder / entry["licence_file"]).read_text().strip()
        for icon in entry.get("icons", ()):
            assert f'<symbol id="{icon}" viewBox="0 0 24 24"' in (folder / entry["file"]).read_text()


def test_the_pages_stay_light() -> None:
    assert len(served.FILES["placet.css"].body) < 32_000
    single = {
        *served.OF_PAGES,
        *(name for name in served.FILES if name.endswith(".css") and name != "placet.css"),
    }  # what only single pages load
    everywhere = {name: file for name, file in served.FILES.items() if name not in single}
    own = [file.body for name, file in everywhere.items() if name.endswith(".js") and name != "idiomorph.js"]
    assert sum(len(body) for body in own) < 50_000
    assert sum(len(file.squeezed) for file in everywhere.values()) < 36_000
    assert sum(len(served.FILES[name].squeezed) for name in single) < 45_000


def test_scripts_import_each_other_under_the_address_that_is_kept_for_good() -> None:
    found = 0
    for name, file in served.FILES.items():
        for imported, version in re.findall(r'(?:from |import[ (])"\./([^"?]+)(?:\?v=(\w+))?"', file.body.decode()):
            assert version == served.FILES[imported].version, name
            found += 1
    assert found > 20


def test_a_stylesheet_without_what_only_people_need_says_the_same() -> None:
    assert served.lean(b"/* why */ a,\n b { color: red;\n }\n@media (min-width: 1px) { c:hover > d { e: f g; } }") == (
        b" a,b{color:red}@media (min-width:1px){c:hover>d{e:f g}}"
    )


def test_a_script_without_what_only_people_need_says_the_same() -> None:
    kept = b"// why\nconst a = 1; // how\n  // and why\n  // more\n  b(`//`);\n\n  if (a) {\n    c()\n  }\n[a].d();\n"
    assert served.bare(kept) == b"const a = 1;b(`//`);if (a) {c()\n}\n[a].d();"
    for path in (WEB / "static").glob("*.js"):
        if path.name in ("idiomorph.js", "uplot.js"):
            continue
        for line in path.read_text().splitlines():
            code = re.split(r"(?:^ *|(?<=[;{},]) )//", line)[0]
            assert code.count("`") % 2 == code.count('"') % 2 == 0, "a text that goes over lines, or holds a comment"
            assert not re.search(r" // ", code), "a comment that would take the next line with it"


def test_no_stylesheet_keeps_a_class_that_nothing_uses() -> None:
    parts = [*WEB.rglob("*.html"), *WEB.rglob("*.py"), *WEB.rglob("*.js")]
    used = set(re.findall(r"[a-z][\w-]*", "\n".join(path.read_text() for path in parts)))
    for name, file in served.FILES.items():
        if name.endswith(".css"):
            named = set(re.findall(r"\.([a-z][\w-]*)", file.body.decode()))
            assert named or name == "print.css", name
            assert named - used == set(), name


def test_the_style_and_scripts_ask_nobody_else() -> None:
    sheets = [name for name in served.FILES if name.endswith(".css")]
    for name in (*sheets, "placet.js", "boot.js", *served.MODULES):
        text = served.FILES[name].body.decode()
        assert "url(" not in text
        assert "http" not in text
        assert "eval(" not in text
        assert "new Function" not in text
