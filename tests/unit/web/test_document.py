"""A page on the line: whole again once unpacked, never twice of one length for sure, with another token of its forms each time."""

import gzip

from placet.identity.sign_in import csrf_token, masked, unmasked
from placet.web.pages.document import NOISE, squeezed


def test_a_page_is_whole_again_and_its_length_is_left_to_chance():
    page = "<p>Grüezi</p>".encode() * 500
    sent = [squeezed(page) for _ in range(40)]
    assert {gzip.decompress(each) for each in sent} == {page}
    lengths = {len(each) for each in sent}
    assert len(lengths) > 5
    assert max(lengths) - min(lengths) <= NOISE
    assert max(lengths) < len(page) / 10


def test_a_page_carries_another_text_for_the_token_each_time():
    token = csrf_token("a-sign-in")
    texts = [masked(token) for _ in range(20)]
    assert len({text[:4] for text in texts} | {text[-4:] for text in texts}) > 30
    assert {unmasked(text) for text in texts} == {token}
    assert token not in "".join(texts)


def test_what_no_page_carries_stays_as_it_is():
    token = csrf_token("a-sign-in")
    for sent in ("", token, "no hex", masked(token)[2:], "\u00e9", "\ud800"):
        assert unmasked(sent) == sent
