"""Triggers come in by their entry point; a broken one is left out, and said."""

import sys

import msgspec
import pytest

from placet._version import __version__
from placet.cli.doctor import _plug_ins
from placet.errors import Invalid
from placet.plugins import forget
from placet.triggers.trigger import (
    NoConfig,
    Trigger,
    broken_triggers,
    provenance,
    trigger,
    triggers,
)

MODULE = '''
from placet.triggers.trigger import Done, Trigger


class Bell(Trigger):
    """Rings."""

    name, label = "bell", "Ring the bell"

    async def call(self, delivery, config, context):
        return Done()


class Twin(Bell):
    """Calls itself like a trigger that is there."""

    name = "webhook"


class Stranger:
    """No trigger at all."""
'''
ENTRY_POINTS = """[placet.triggers]
bell = placet_test_bell:Bell
twin = placet_test_bell:Twin
stranger = placet_test_bell:Stranger
gone = placet_test_bell_that_is_gone:Bell
"""


@pytest.fixture
def _installed(tmp_path, monkeypatch):
    (tmp_path / "placet_test_bell.py").write_text(MODULE)
    about = tmp_path / "placet_test_bell-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: placet-test-bell\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    forget()
    yield
    monkeypatch.undo()
    sys.modules.pop("placet_test_bell", None)
    forget()


@pytest.mark.usefixtures("_installed")
def test_a_trigger_comes_in_by_its_entry_point_and_a_broken_one_does_not():
    assert trigger("bell").label == "Ring the bell"
    assert (provenance()["bell"], provenance()["webhook"]) == ("placet-test-bell 1.0", f"placet {__version__}")
    assert type(triggers()["webhook"]).__module__ == "placet.triggers.webhook"
    assert set(broken_triggers()) == {"twin", "stranger", "gone"}
    said = {check.name: (check.state, check.detail) for check in _plug_ins()}
    assert said["trigger plug-in gone"][0] == "broken"
    assert "placet_test_bell_that_is_gone" in said["trigger plug-in gone"][1]
    assert "bell" in said["triggers"][1]


def test_a_name_that_nobody_registered_is_refused_with_those_there_are():
    with pytest.raises(Invalid, match=r"no trigger 'bell'. Installed are: .*webhook") as refused:
        trigger("bell")
    assert refused.value.code == "unknown_trigger"


def test_a_trigger_runs_alone_where_its_configuration_asks_for_nothing():
    class Loose(Trigger):
        name, label = "loose", "Loose"
        Config = msgspec.defstruct("Loose", [("tone", str, "low")], forbid_unknown_fields=True)

    class Tight(Trigger):
        name, label = "tight", "Tight"
        Config = msgspec.defstruct("Tight", [("tone", str)], forbid_unknown_fields=True)

    assert Trigger.Config is NoConfig
    assert (Loose().alone, Tight().alone) == (True, False)
    assert Loose().describe()["needsRule"] is False
    with pytest.raises(Invalid, match="unknown field `pitch`") as refused:
        Loose().read({"pitch": 1})
    assert refused.value.code == "invalid_config"
