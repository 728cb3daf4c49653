"""A chart with the words that stand for it, and the ways of keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from swm_kpi.charts.drawing import chart_svg, vega_lite
from swm_kpi.errors import OutputError, did_you_mean
from swm_kpi.export import write_bytes, write_text
from swm_kpi.permission import check_disclosed

_FORMS = (".html", ".png", ".svg")
_SHARP = 2


@dataclass(frozen=True, repr=False, eq=False)
class Picture:
    """A chart, and its text alternative. A notebook shows it; ``save`` keeps it.

    Attributes:
        chart: the Altair chart.
        title: what it is called.
        alternative: what it shows, in plain English, for whoever does not see it.
        policy: the disclosure policy the numbers went through; empty where they went through none.
            Such a picture is for the analyst's own eyes.
    """

    chart: Any
    title: str
    alternative: str
    policy: str = ""

    def __repr__(self) -> str:
        return f"Picture({self.title!r})"

    def __str__(self) -> str:
        return self.alternative

    def to_svg(self) -> str:
        """Return it as SVG text with its title and its alternative inside.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return chart_svg(self.chart, description=self.alternative)

    def to_html(self) -> str:
        """Return it as a page of its own that asks no other host for anything.

        Raises:
            MissingExtra: vl-convert is not installed.
        """
        return (
            '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>body {{ font: 16px/1.5 Arial, "
            "Helvetica, sans-serif; max-width: 60em; margin: 1em auto; padding: 0 1em; } "
            "svg { max-width: 100%; height: auto; } figure { margin: 0; }</style>\n</head>\n"
            f"<body>\n<main>\n{self._figure()}\n</main>\n</body>\n</html>\n"
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
        check_disclosed(self.policy, policy)
        form = Path(path).suffix.lower()
        if form not in _FORMS:
            raise OutputError(
                f"A picture is not written as {form or 'a file without an ending'}. "
                f"{did_you_mean(form, _FORMS)}"
            )
        if form == ".png":
            version, convert = vega_lite()
            spec = self.chart.to_dict(validate=False)
            content = convert.vegalite_to_png(spec, vl_version=version, scale=_SHARP)
            write_bytes(path, content, overwrite=overwrite)
        else:
            text = self.to_svg() if form == ".svg" else self.to_html()
            write_text(path, text, overwrite=overwrite)

    def _figure(self) -> str:
        words = escape(self.alternative)
        return f"<figure>\n{self.to_svg()}\n<figcaption>{words}</figcaption>\n</figure>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return what a notebook shows: the picture with its alternative, or the words alone."""
        return {"text/html": self._figure(), "text/plain": self.alternative}
