"""A chart with the words that stand for it, and the ways of keeping it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.charts.layout import WIDTH, load_altair, validate_width
from swm_kpi.errors import MissingExtra, OutputError, did_you_mean
from swm_kpi.output import write_bytes, write_text
from swm_kpi.output.files import check_target
from swm_kpi.output.guard import NO_POLICY, check_disclosed
from swm_kpi.vocabulary import Basis

_FORMS = (".html", ".png", ".svg")
_SHARP = 2
_PHONE = 340
_NO_CONTROL = "These numbers have had no disclosure control. Do not publish them."

# A page holds the picture twice, for a desk and for a phone, and shows the one that fits.
_STYLE = (
    "body { font: 16px/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; background: #fff; "
    "max-width: 60em; margin: 1em auto; padding: 0 10px; } "
    "svg { display: block; max-width: 100%; height: auto; } figure { margin: 0; } "
    "figcaption { max-width: 44em; } .phone { display: none; } "
    "@media (max-width: 40em) { .desk { display: none; } .phone { display: block; } } "
    "table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; } "
    "caption { text-align: left; font-weight: bold; padding: .3em 0; } "
    "th, td { text-align: right; padding: .3em 0 .3em 1.2em; border-bottom: 1px solid #b1b4b6; } "
    "th:first-child { text-align: left; padding-left: 0; font-weight: normal; } "
    "thead th { vertical-align: bottom; } summary { cursor: pointer; margin-top: 1em; }"
)


@dataclass(frozen=True)
class Caption:
    """What stands around a picture.

    Attributes:
        measure: what the measure is called.
        metric: the metric it belongs to, with its ref.
        small_print: the small print: what is counted, and where the numbers came from.
        policy: the disclosure policy the numbers went through; empty where they went through none.
    """

    measure: str
    metric: str
    small_print: Sequence[str] = ()
    policy: str = ""

    @classmethod
    def of_measure(cls, selected: MeasureSeries, name: str, source: str, policy: str) -> Caption:
        """Return what stands around a picture of one measure, whose ref has that name."""
        measure = selected.measure
        stand_in = ""
        if measure.basis is Basis.PROXY:
            stand_in = (
                f"From public data, as a stand-in for the force's own. {measure.proxy_difference}"
            )
        said = (selected.metric.summary, measure.note, stand_in, source)
        return cls(
            measure.title,
            f"Ref {selected.ref}: {name}".rstrip("."),
            tuple(each.strip() for each in said if each.strip()),
            policy,
        )

    @property
    def footnotes(self) -> tuple[str, ...]:
        """The small print, with what was done to protect people."""
        control = f"Disclosure control: {self.policy}" if self.policy else _NO_CONTROL
        return (*self.small_print, control)


@dataclass(frozen=True, repr=False, eq=False)
class Chart:
    """A chart, and its text alternative. A notebook shows it; ``save`` keeps it.

    Attributes:
        draw: makes the Altair chart at a width in pixels.
        title: what it is called.
        alt_text: what it shows, in plain English, for whoever does not see it.
        data_table: every number in it as it is written, a row each under a row of headings.
        policy: the disclosure policy the numbers went through; empty where they went through none.
            Such a picture is for the analyst's own eyes.
        width: of the whole picture in pixels.
    """

    draw: Callable[[int], Any]
    title: str
    alt_text: str
    data_table: Sequence[Sequence[str]]
    policy: str = ""
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Refuse to exist where it cannot be drawn."""
        load_altair()
        validate_width(self.width)

    def __repr__(self) -> str:
        return f"Chart({self.title!r})"

    def __str__(self) -> str:
        return self.alt_text

    @cached_property
    def altair_chart(self) -> Any:
        """The Altair chart."""
        return self.draw(self.width)

    def to_svg(self) -> str:
        """Return it as SVG text with its title and its alternative inside.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return self._svg(self.altair_chart)

    def to_html(self) -> str:
        """Return it as a page of its own, for a desk and a phone, that asks no host for anything.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f'<body>\n<main>\n<figure>\n<div class="desk">{self.to_svg()}</div>\n'
            f'<div class="phone">{self._svg(self.draw(_PHONE))}</div>\n'
            f"<figcaption>{escape(self.alt_text)}</figcaption>\n</figure>\n"
            f"<details>\n<summary>The numbers as a table</summary>\n{self._table()}\n</details>\n"
            "</main>\n</body>\n</html>\n"
        )

    def save(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write it as SVG, PNG or HTML by the name of the file, whole or not at all.

        Args:
            path: a file in a folder that exists, its name ending in .svg, .png or .html.
            policy: ``"none"``, to say that these numbers have had no disclosure control and that
                whoever asked knows it. Not needed where they have had it.
            overwrite: replace a file that is there.

        Raises:
            OutputError: the numbers have had no disclosure control and the policy is not
                ``"none"``, the name ends otherwise, the file is there, or it cannot be written.
            MissingExtra: vl-convert is not installed.
        """
        if policy not in ("", NO_POLICY):
            raise OutputError(
                "A policy is applied by Result.protect(), before drawing; here write "
                'policy="none" or leave it out.'
            )
        check_disclosed(self.policy, policy)
        form = Path(path).suffix.lower()
        if form not in _FORMS:
            raise OutputError(
                f"A picture is not written as {form or 'a file without an ending'}. "
                f"{did_you_mean(form, _FORMS)}"
            )
        check_target(Path(path), overwrite=overwrite)
        if form == ".png":
            version, convert = _vega_lite()
            spec = self.altair_chart.to_dict(validate=False)
            content = convert.vegalite_to_png(spec, vl_version=version, scale=_SHARP)
            write_bytes(path, content, overwrite=overwrite)
        else:
            text = self.to_svg() if form == ".svg" else self.to_html()
            write_text(path, text, overwrite=overwrite)

    def _svg(self, chart: Any) -> str:
        version, convert = _vega_lite()
        spec = chart.to_dict(validate=False)
        svg = str(convert.vegalite_to_svg(spec, vl_version=version))
        head, end, body = svg.partition(">")
        name, words = escape(self.title), escape(self.alt_text)
        label = f'role="img" aria-label="{name}"'
        return f"{head} {label}{end}<title>{name}</title><desc>{words}</desc>{body}"

    def _table(self) -> str:
        headings, *rows = self.data_table
        head = "".join(f'<th scope="col">{escape(each)}</th>' for each in headings)
        body = "\n".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            f"{''.join(f'<td>{escape(each)}</td>' for each in rest)}</tr>"
            for first, *rest in rows
        )
        return (
            f"<table>\n<caption>{escape(self.title)}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return what a notebook shows: the picture with its alternative, or the words alone."""
        figure = (
            f"<figure>\n{self.to_svg()}\n<figcaption>{escape(self.alt_text)}</figcaption>\n"
            "</figure>"
        )
        return {"text/html": figure, "text/plain": self.alt_text}


def _vega_lite() -> tuple[str, Any]:
    """Return the version of Vega-Lite that Altair writes, and what turns it into pictures.

    Raises:
        MissingExtra: vl-convert is not installed.
    """
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra.needed("vl-convert-python", extra="charts", purpose="A chart") from None
    version = load_altair().SCHEMA_VERSION.removeprefix("v")
    return ".".join(version.split(".")[:2]), vl_convert
