"""Where the page of an error leads."""

from __future__ import annotations

import pytest

from placet.web.pages.surroundings import way_on


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_again_but_no_form_by_a_link(status: int) -> None:
    again = way_on(status, "/insights?days=7", signed_in=True)
    assert again is not None
    assert (again.label, again.href) == ("Try again", "/insights?days=7")
    assert way_on(status, None, signed_in=True) is None


def test_what_is_not_there_is_looked_for_among_the_customers() -> None:
    found = way_on(404, "/customers/nobody", signed_in=True)
    assert found is not None
    assert found.href == "/customers"
    assert way_on(404, "/customers/nobody", signed_in=False) is None
    assert way_on(403, "/admin", signed_in=True) is None
