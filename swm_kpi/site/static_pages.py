"""Pages that do not depend on the catalogue: markers and notation, accessibility, search."""

from __future__ import annotations

from swm_kpi.site.context import SiteContext
from swm_kpi.site.markdown import build_page, heading
from swm_kpi.site.markup import Html, bullet_list, join, paragraph, table, tag
from swm_kpi.vocabulary import Marker

_NO_RESULTS = "No page has these words. Try fewer words, or other forms of them."


def build_markers_page() -> str:
    """Return the page on markers and notation."""
    rows = (
        (tag("code", marker.value), f"{marker.meaning[:1].upper()}{marker.meaning[1:]}.")
        for marker in Marker
        if marker
    )
    return build_page(
        "Markers and notation",
        paragraph(
            "A value in a result is a number, a marker, or both. A marker says why a number is "
            "missing, or what to know about it. Unknown, not available, suppressed, not applicable "
            "and zero all have different meanings.",
            class_="lead",
        ),
        heading("Markers"),
        paragraph("These are the shorthand symbols of the Government Analysis Function."),
        table("Markers and their meanings", ("Marker", "Meaning"), rows),
        heading("Periods"),
        bullet_list(
            [
                "2024/25 is a financial year, from 1 April 2024 to 31 March 2025.",
                "2024/25 Q1 is the first quarter of a financial year: April to June 2024.",
                "R12 2025-03 is the 12 months that end in March 2025.",
                "A period is made of whole days. Each day starts at midnight, local time.",
                "A period is provisional if the data end before it does. It is not compared with "
                "other periods.",
            ]
        ),
        heading("Numbers"),
        bullet_list(
            [
                "A proportion is a number from 0 to 1 in files, and a percentage on these pages.",
                "A share of nothing is not applicable. It is not 0%.",
                "A rate for part of a year is for that period. It is not annualised.",
                "In a breakdown, All is the total. Unknown counts the rows where nothing is "
                "recorded, and is part of the total.",
            ]
        ),
        heading("Definitions"),
        paragraph(
            "57@1#12ab34cd means ref 57, version 1. The rest is a hash of everything that can "
            "change its numbers. The same definition computes the same numbers from the same "
            "tables."
        ),
        menu_title="Markers and notation",
    )


def _text_or_placeholder(text: str, placeholder: str) -> object:
    return text or tag("mark", f"[{placeholder}]")


def build_accessibility_statement(context: SiteContext) -> str:
    """Return the accessibility statement, with placeholders for what the publisher must write.

    Its order is that of the model accessibility statement for public sector bodies.
    """
    organisation = _text_or_placeholder(context.organisation, "name of the organisation")
    contact = _text_or_placeholder(context.contact, "email address or telephone number")
    date = tag("mark", "[date]")
    return build_page(
        "Accessibility statement",
        paragraph(
            "This statement applies to this website. ",
            organisation,
            " publishes it.",
            class_="lead",
        ),
        _placeholder_notice(context),
        heading("How you can use this website"),
        bullet_list(
            [
                "You can enlarge text to 400%, or use a screen 320 pixels wide, without scrolling "
                "the page sideways. Wide tables and code scroll on their own.",
                "You can reach everything with a keyboard, and see where the focus is.",
                "Colour is never the only sign: each status has words and an icon.",
                "Each chart has a text alternative and a table of its numbers.",
                "The website follows your device’s setting for light or dark mode.",
                "Only search needs JavaScript.",
            ]
        ),
        heading("How accessible it is"),
        paragraph(
            "This website aims to meet the Web Content Accessibility Guidelines version 2.2, level "
            "AA. ",
            tag("mark", "[After testing, state whether it is fully, partially or not compliant.]"),
        ),
        heading("What is not accessible"),
        paragraph(
            tag(
                "mark",
                "[List what fails, why, and the alternative. If testing found nothing, say that no "
                "problem is known.]",
            )
        ),
        heading("How this website was tested"),
        paragraph(
            "The makers of the library test a sample of its pages in a browser, with a keyboard "
            "and with axe, an automatic checker. They test at 1280 and 320 pixels, in light and "
            "dark mode. They have not tested with a screen reader or with disabled people, and "
            "have not tested downloads. ",
            tag("mark", "[State what the organisation tested, how and when.]"),
        ),
        heading("Reporting a problem, or asking for another format"),
        paragraph("Write to or call ", contact, "."),
        heading("If you are not happy with our answer"),
        paragraph(
            "The Equality and Human Rights Commission (EHRC) is responsible for enforcing the "
            "Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility "
            "Regulations 2018. If you are not happy with how we respond to your complaint, contact "
            "the Equality Advisory and Support Service (EASS)."
        ),
        heading("About this statement"),
        paragraph("Prepared on ", date, ". Last reviewed on ", date, "."),
        menu_title="Accessibility",
    )


def _placeholder_notice(context: SiteContext) -> Html:
    if context.organisation and context.contact:
        return join([])
    return paragraph(
        tag("strong", "Not finished."),
        " The organisation that publishes the site must replace the text in square brackets.",
        class_="inset warning",
    )


def build_search_page() -> str:
    """Return the search page. The script of mkdocs finds its elements by their ids."""
    results = tag(
        "div", id="mkdocs-search-results", aria_live="polite", data_no_results_text=_NO_RESULTS
    )
    return build_page(
        "Search",
        tag(
            "form",
            tag("label", "Search for", for_="mkdocs-search-query"),
            tag("input", id="mkdocs-search-query", name="q", type="search", autocomplete="off"),
            tag("button", "Search", type="submit"),
            role="search",
            action="search.html",
            class_="search-form",
        ),
        heading("Results"),
        results,
        tag("noscript", paragraph("Search needs JavaScript. The A to Z index does not.")),
        menu_title="Search",
        layout="search",
    )
