"""A chart with its text alternative, and the ways of saving it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.charts.description import Description
from swm_kpi.charts.layout import WIDTH, load_altair, validate_width
from swm_kpi.errors import MissingExtra, OutputError, did_you_mean
from swm_kpi.output import write_bytes, write_text
from swm_kpi.output.files import check_target
from swm_kpi.output.guard import NO_POLICY, UNPROTECTED_WARNING, require_disclosure_control
from swm_kpi.vocabulary import Basis

_FORMATS = (".html", ".png", ".svg")
_PNG_SCALE = 2
_NARROW_WIDTH = 340

# A page holds the chart twice, for wide and narrow screens, and shows the one that fits.
_STYLE = (
    "body { font: 16px/1.5 Arial, Helvetica, sans-serif; color: #0b0c0c; background: #fff; "
    "max-width: 60em; margin: 1em auto; padding: 0 10px; } "
    "svg { display: block; max-width: 100%; height: auto; } figure { margin: 0; } "
    "figcaption { max-width: 44em; } .narrow { display: none; } "
    "@media (max-width: 40em) { .wide { display: none; } .narrow { display: block; } } "
    "table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; } "
    "caption { text-align: left; font-weight: bold; padding: .3em 0; } "
    "th, td { text-align: right; padding: .3em 0 .3em 1.2em; border-bottom: 1px solid #b1b4b6; } "
    "th:first-child { text-align: left; padding-left: 0; font-weight: normal; } "
    "thead th { vertical-align: bottom; } summary { cursor: pointer; margin-top: 1em; }"
)


@dataclass(frozen=True)
class Caption:
    """The texts around a chart.

    Attributes:
        measure: the title of the measure.
        metric: the ref and the title of the metric.
        sources: sentences about what is counted and where the numbers come from.
        policy: the disclosure policy that protects the numbers; empty if none does.
    """

    measure: str
    metric: str
    sources: Sequence[str] = ()
    policy: str = ""

    @classmethod
    def of_measure(cls, series: MeasureSeries, name: str, source: str, policy: str) -> Caption:
        """Return the texts around a chart of one measure.

        Args:
            series: the rows of the measure.
            name: the name of the ref.
            source: a sentence about where the data come from; may be empty.
            policy: the disclosure policy that protects the numbers; empty if none does.
        """
        measure = series.measure
        proxy_note = ""
        if measure.basis is Basis.PROXY:
            proxy_note = (
                f"From public data, used as a proxy for force data. {measure.proxy_difference}"
            )
        sentences = (series.metric.summary, measure.note, proxy_note, source)
        return cls(
            measure.title,
            f"Ref {series.ref}: {name}".rstrip("."),
            tuple(text.strip() for text in sentences if text.strip()),
            policy,
        )

    @property
    def footnotes(self) -> tuple[str, ...]:
        """The sources, and the disclosure control that was applied."""
        control = f"Disclosure control: {self.policy}" if self.policy else UNPROTECTED_WARNING
        return (*self.sources, control)


@dataclass(frozen=True, repr=False, eq=False)
class Chart:
    """A chart with its text alternative. A notebook shows it; ``save`` writes it to a file.

    Attributes:
        draw: the function that returns the Altair chart at a width in pixels.
        description: its words: the title, what it shows, caveats and sources.
        data_table: the numbers of the chart as text: a row of headings, then the rows.
        policy: the disclosure policy that protects the numbers; empty if none does. An unprotected
            chart is not for publication.
        width: the width of the chart, in pixels.
    """

    draw: Callable[[int], Any]
    description: Description
    data_table: Sequence[Sequence[str]]
    policy: str = ""
    width: int = WIDTH

    def __post_init__(self) -> None:
        """Raise if Altair is not installed or the width is not valid."""
        load_altair()
        validate_width(self.width)

    @property
    def title(self) -> str:
        """The title."""
        return self.description.title

    @property
    def alt_text(self) -> str:
        """The text alternative: what the chart shows, in plain English."""
        return self.description.alt_text

    def __repr__(self) -> str:
        return f"Chart({self.title!r})"

    def __str__(self) -> str:
        return self.alt_text

    @cached_property
    def altair_chart(self) -> Any:
        """The Altair chart."""
        return self.draw(self.width)

    def to_svg(self) -> str:
        """Return the chart as SVG, with its title and text alternative inside.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return self._svg(self.altair_chart)

    def to_html(self) -> str:
        """Return the chart as an HTML page for wide and narrow screens, without external requests.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f'<body>\n<main>\n<figure>\n<div class="wide">{self.to_svg()}</div>\n'
            f'<div class="narrow">{self._svg(self.draw(_NARROW_WIDTH))}</div>\n'
            f"<figcaption>{escape(self.alt_text)}</figcaption>\n</figure>\n"
            f"<details>\n<summary>The numbers as a table</summary>\n{self._table()}\n</details>\n"
            "</main>\n</body>\n</html>\n"
        )

    def save(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the chart as SVG, PNG or HTML, by the ending of the file name.

        The file is written completely or not at all.

        Args:
            path: the file, in a folder that exists; its name ends in .svg, .png or .html.
            policy: ``"none"`` confirms that unprotected numbers may be written. Leave it out if the
                numbers are protected.
            overwrite: whether to replace an existing file.

        Raises:
            OutputError: the numbers are not protected and the policy is not ``"none"``; the name
                has another ending; the file exists; or it cannot be written.
            MissingExtra: vl-convert is not installed.
        """
        if policy not in ("", NO_POLICY):
            raise OutputError(
                "Result.protect() applies a policy before drawing. Here write "
                'policy="none" or leave it out.'
            )
        require_disclosure_control(self.policy, policy)
        file_format = Path(path).suffix.lower()
        if file_format not in _FORMATS:
            raise OutputError(
                f"A chart cannot be written as {file_format or 'a file without an ending'}. "
                f"{did_you_mean(file_format, _FORMATS)}"
            )
        check_target(Path(path), overwrite=overwrite)
        if file_format == ".png":
            version, convert = _vega_lite()
            spec = self.altair_chart.to_dict(validate=False)
            content = convert.vegalite_to_png(spec, vl_version=version, scale=_PNG_SCALE)
            write_bytes(path, content, overwrite=overwrite)
        else:
            text = self.to_svg() if file_format == ".svg" else self.to_html()
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
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
        body = "\n".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            f"{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
            for first, *rest in rows
        )
        return (
            f"<table>\n<caption>{escape(self.title)}</caption>\n<thead><tr>{head}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody>\n</table>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the chart and its text alternative as a notebook shows them."""
        figure = (
            f"<figure>\n{self.to_svg()}\n<figcaption>{escape(self.alt_text)}</figcaption>\n"
            "</figure>"
        )
        return {"text/html": figure, "text/plain": self.alt_text}


def _vega_lite() -> tuple[str, Any]:
    """Return the version of Vega-Lite that Altair writes, and the module that renders it.

    Raises:
        MissingExtra: vl-convert is not installed.
    """
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra.needed("vl-convert-python", extra="charts", purpose="A chart") from None
    version = load_altair().SCHEMA_VERSION.removeprefix("v")
    return ".".join(version.split(".")[:2]), vl_convert
