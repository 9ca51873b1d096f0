"""The report's plots, by matplotlib, as SVG that takes its colours and letters from the page around it.

matplotlib is no dependency of Placet: where it is not installed there are no plots, and the report has its tables only.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from placet.evaluation.summary import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours that nothing else in the drawing has, each replaced by a variable of the page: so light and dark need one drawing.
TEXT, QUIET, LINE, INK, PENCIL, STOP, MARKER = (f"#0{digit}fe0{digit}" for digit in range(7))
_VARIABLES = {
    TEXT: "text", QUIET: "quiet", LINE: "line", INK: "ink", PENCIL: "pencil", STOP: "stop", MARKER: "marker",
}  # fmt: skip
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "font.size": 9, "text.color": TEXT, "axes.labelcolor": QUIET, "axes.edgecolor": LINE, "xtick.color": QUIET,
    "ytick.color": TEXT, "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False,
    "grid.color": LINE, "grid.linewidth": 0.6, "axes.axisbelow": True, "xtick.major.size": 0, "ytick.major.size": 0,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none",
}  # fmt: skip


def available() -> bool:
    """Whether plots can be drawn here."""
    return find_spec("matplotlib") is not None


def draw(found: Evaluation, label: Callable[[str], str]) -> dict[str, str]:
    """The plots as SVG, by name; `label` names a field for people. {} where matplotlib is not installed.

    A plot with nothing to show is left out.
    """
    if not available():
        return {}
    drawn = {
        "fields": (partial(_fields, label=label), 0.9 + 0.3 * len(found.fields)) if found.fields else None,
        "calibration": (_calibration, 1.9),
        "traps": (_traps, 0.8 + 0.28 * len(found.traps)) if found.traps else None,
        "time": (_time, 2.8),
    }
    return {name: _svg(name, found, *how) for name, how in drawn.items() if how is not None}


def _fields(axes: Axes, found: Evaluation, label: Callable[[str], str]) -> None:
    """Precision and recall of each field with their intervals."""
    for number, each in enumerate(found.fields.values()):
        marks: tuple[tuple[Any, ...], ...] = (
            (each.right + each.wrong, each.precision, each.precision_interval, INK, "o", -0.16),
            (each.right + each.missed, each.recall, each.recall_interval, PENCIL, "s", 0.16),
        )
        for of, share, (low, high), colour, mark, shift in marks:
            if of:  # nothing proposed has no precision, nothing to find no recall
                axes.plot([low, high], [number + shift] * 2, color=colour, linewidth=1.4, solid_capstyle="round")
                axes.plot([share], [number + shift], mark, color=colour, markersize=5)
    axes.plot([], [], "o-", color=INK, label="precision", markersize=5)
    axes.plot([], [], "s-", color=PENCIL, label="recall", markersize=5)
    axes.set_yticks(range(len(found.fields)), [label(key) for key in found.fields])
    axes.set_ylim(-0.6, len(found.fields) - 0.4)
    axes.invert_yaxis()
    _shares(axes)
    _legend(axes, 2)


def _calibration(axes: Axes, found: Evaluation) -> None:
    """How often each confidence is right, its interval, and the goal as a tick."""
    for number, each in enumerate(found.calibration):
        if each.goal is not None:
            axes.plot([each.goal] * 2, [number - 0.32, number + 0.32], color=STOP, linewidth=1.6)
        if each.share is not None:
            axes.plot(each.interval, [number] * 2, color=INK, linewidth=1.4, solid_capstyle="round")
            axes.plot([each.share], [number], "o", color=INK, markersize=6)
    axes.plot([], [], "o-", color=INK, label="right", markersize=5)
    axes.plot([], [], "|", color=STOP, label="goal", markersize=9, markeredgewidth=1.6)
    axes.set_yticks(range(len(found.calibration)), [f"{each.confidence} ({each.of})" for each in found.calibration])
    axes.set_ylim(-0.6, len(found.calibration) - 0.4)
    axes.invert_yaxis()
    _shares(axes)
    _legend(axes, 2)


def _traps(axes: Axes, found: Evaluation) -> None:
    """Traps of each kind: avoided, and stepped into."""
    from matplotlib.ticker import MaxNLocator

    kinds = list(found.traps)
    stepped = [found.traps[kind][0] for kind in kinds]
    avoided = [found.traps[kind][1] - found.traps[kind][0] for kind in kinds]
    axes.barh(range(len(kinds)), avoided, color=PENCIL, height=0.6, label="avoided")
    axes.barh(
        range(len(kinds)),
        stepped,
        left=avoided,
        color=STOP,
        height=0.6,
        label="stepped into",
        hatch="////",
        edgecolor=MARKER,
    )
    axes.set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(axis="x")
    axes.set_xlabel("traps")
    _legend(axes, 2)


def _time(axes: Axes, found: Evaluation) -> None:
    """Milliseconds against words, a dot for each note."""
    axes.plot(
        [each.words for each in found.scored],
        [each.seconds * 1000 for each in found.scored],
        "o",
        color=INK,
        markersize=5,
        alpha=0.8,
    )
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid()
    axes.set_xlabel("words of the note")
    axes.set_ylabel("milliseconds")
    axes.tick_params(axis="y", colors=QUIET)


def _shares(axes: Axes) -> None:
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.grid(axis="x")


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=columns, frameon=False, borderaxespad=0.2)


def _svg(name: str, found: Evaluation, plot: Callable[[Axes, Evaluation], None], inches: float) -> str:
    """One plot; every id in it begins with its name, so that several fit in one page."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_RC, "svg.hashsalt": name}):
        figure = Figure(figsize=(8.2, inches), layout="constrained")
        plot(figure.subplots(), found)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable})")
    return svg.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1).strip()
