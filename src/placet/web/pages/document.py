"""A page on the line: gzipped where the browser takes it, and never of a length that tells what is in it.

A list of fifty proposals is 100 kB of markup and 12 kB gzipped. What a compressed answer weighs can spell out a secret that
stands in it beside words of an attacker's choosing (BREACH). So the token of forms is masked anew for each page, and the
name that gzip's header may carry is of a length of chance.
"""

from __future__ import annotations

import gzip
import io
import secrets
from typing import Any, Final

from litestar import Request, Response
from litestar.response.base import ASGIResponse

from placet.web.static_files import takes_gzip

LEVEL: Final = 4  # 1 ms for the largest list; 9 takes three times that for 3 % less
NOISE: Final = 100  # bytes at most


def squeezed(page: bytes) -> bytes:
    """Return a page gzipped, with up to `NOISE` bytes of chance in the header."""
    sent = io.BytesIO()
    with gzip.GzipFile("p" * secrets.randbelow(NOISE), "wb", LEVEL, sent, mtime=0) as file:
        file.write(page)
    return sent.getvalue()


class Document(Response[bytes]):
    """An HTML page; the headers of both its encodings say that there are two."""

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **given: Any) -> ASGIResponse:
        """The answer as it goes out, gzipped for who takes that."""
        self.headers["vary"] = "accept-encoding"
        if takes_gzip(request.scope):
            self.headers["content-encoding"] = "gzip"
            self.content = squeezed(self.content)
        return super().to_asgi_response(app, request, **given)
