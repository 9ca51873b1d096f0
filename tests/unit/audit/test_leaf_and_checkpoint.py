"""The bytes of a leaf, and signed checkpoints: written, read, and refused wherever one character is another."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import external
from placet.audit import checkpoint, leaf
from placet.audit.checkpoint import PublicKey, SigningKey
from placet.errors import Invalid

KEY = SigningKey("placet.example/trail", bytes(range(32)))
ROOT = sha256(b"root").digest()
ROW = {
    "seq": 88232,
    "id": "V1StGXR8Z5jdHi6BmyT0a",
    "at": datetime(2026, 11, 26, 13, 27, 18, 40, timezone(timedelta(hours=1))),
    "kind": "profile_edit.accepted",
    "artifact_id": "a",
    "customer_id": "é\u2028\x7f\t\"",
    "batch_id": None,
    "actor_type": "rm",
    "actor_id": "claire",
    "on_behalf_of": None,
    "door": "web",
    "field": "occupation",
    "commitment": bytes(32),
}  # fmt: skip


def test_the_bytes_of_a_leaf():
    assert leaf.data(leaf.members(ROW)).decode() == (
        '{"actorId":"claire","actorType":"rm","artifactId":"a","at":"2026-11-26T12:27:18.000040Z","batchId":null,"commitment":"'
        + "00" * 32
        + '","customerId":"é\u2028\x7f\\t\\"","door":"web","field":"occupation","id":"V1StGXR8Z5jdHi6BmyT0a",'
        '"kind":"profile_edit.accepted","onBehalfOf":null,"seq":88232,"v":1}'
    )
    assert leaf.hash_of(ROW) == sha256(b"\0" + leaf.data(leaf.members(ROW))).digest()


def test_the_bytes_of_a_leaf_are_those_of_rfc_8785():
    folder = external("jcs-rfc8785")
    for name in ("french", "unicode"):
        given_, wanted = (folder / part / f"{name}.json" for part in ("input", "output"))
        assert leaf.data(json.loads(given_.read_text())) == wanted.read_bytes(), name


def test_every_member_of_an_event_makes_another_leaf():
    other = {"seq": 1, "at": datetime(2026, 11, 26, tzinfo=UTC), "commitment": bytes(31) + b"1"}
    for column, value in ROW.items():
        changed = other.get(column, f"{value} and more")
        assert leaf.hash_of({**ROW, column: changed}) != leaf.hash_of(ROW), column


def test_the_commitment_is_over_salt_and_body():
    assert leaf.commitment(b"salt", '{"a":"é"}') == sha256('salt{"a":"é"}'.encode()).digest()


def test_a_checkpoint_is_a_signed_note():
    note = checkpoint.sign(KEY, 88240, ROOT)
    text, signature = note.split("\n\n")
    assert text == f"placet.example/trail\n88240\n{b64encode(ROOT).decode()}"
    assert signature.startswith("— placet.example/trail ")
    assert signature.endswith("\n")
    found = checkpoint.verified(note, [KEY.public])
    assert found is not None
    assert found.key == KEY.public
    assert (found.checkpoint.origin, found.checkpoint.size, found.checkpoint.root) == (KEY.name, 88240, ROOT)
    assert checkpoint.signer(note) == f"placet.example/trail, key {KEY.public.id.hex()}"


def test_a_note_of_others_is_read():
    """The example of Go's golang.org/x/mod/sumdb/note, whose key it gives."""
    key = checkpoint.read_public_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key.id.hex() == "c74f20a3"
    assert key.text.endswith("+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    secret = checkpoint.read_signing_key(
        "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    )
    assert secret.public == key
    assert secret.text.startswith("PRIVATE+KEY+PeterNeumann+c74f20a3+")


@settings(max_examples=50)
@given(st.data())
def test_a_note_with_one_other_character_is_nobodys_word(data):
    note = checkpoint.sign(KEY, 88240, ROOT)
    place = data.draw(st.integers(0, len(note) - 2))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != note[place]))
    try:
        found = checkpoint.verified(note[:place] + other + note[place + 1 :], [KEY.public])
    except Invalid:
        return
    assert found is None


def test_another_key_of_the_same_name_is_another():
    note = checkpoint.sign(KEY, 1, ROOT)
    other = checkpoint.new_key(KEY.name)
    assert checkpoint.verified(note, [other.public]) is None
    assert checkpoint.verified(note, [other.public, KEY.public]) is not None
    renamed = PublicKey("elsewhere", KEY.public.key)
    assert checkpoint.verified(note, [renamed]) is None


def test_keys_are_read_back_and_bad_ones_refused():
    assert checkpoint.read_signing_key(KEY.text) == KEY
    assert checkpoint.read_public_key(KEY.public.text + "\n") == KEY.public
    for text in ("", "a+b", KEY.public.text[:-4], KEY.public.text.replace("placet", "placebo"), "a+00000000+AAAA"):
        with pytest.raises(Invalid):
            checkpoint.read_public_key(text)
    for text in (KEY.public.text, KEY.text.replace("placet", "placebo"), "PRIVATE+KEY+"):
        with pytest.raises(Invalid):
            checkpoint.read_signing_key(text)
    for name in ("", "a b", "a+b", "a\n"):
        with pytest.raises(Invalid):
            checkpoint.new_key(name)


def test_a_file_of_notes_is_split_and_anything_else_in_it_refused():
    notes = [checkpoint.sign(KEY, size, ROOT) for size in (1, 2, 30)]
    assert list(checkpoint.split("\n".join(notes))) == notes
    assert list(checkpoint.split("\n\n" + "".join(notes).replace("\n", "\r\n"))) == notes
    assert list(checkpoint.split("")) == []
    for text in ("something", notes[0] + "and more\n", notes[0][:-60].partition("—")[0]):
        with pytest.raises(Invalid):
            list(map(checkpoint.read, checkpoint.split(text)))


@pytest.mark.parametrize("size", ["-1", "01", "1.0", "x", "", "9" * 19])
def test_a_size_that_is_no_number_is_refused(size):
    note = checkpoint.sign(KEY, 7, ROOT)
    with pytest.raises(Invalid):
        checkpoint.read(note.replace("\n7\n", f"\n{size}\n"))
