"""Pages that stand whatever the catalogue: markers and notation, accessibility, search."""

from __future__ import annotations

from swm_kpi.site.context import Subject, page, section
from swm_kpi.site.markup import Html, bullets, join, paragraph, table, tag
from swm_kpi.vocabulary import Marker

_NOT_FOUND = "No page has these words. Try fewer, or another form of them."


def markers() -> str:
    """Return the page of markers and notation."""
    rows = (
        (tag("code", each.value), f"{each.meaning[:1].upper()}{each.meaning[1:]}.")
        for each in Marker
        if each
    )
    return page(
        "Markers and notation",
        paragraph(
            "A cell of a result is a number, or a marker that says why it is not a plain number. "
            "Unknown, missing, withheld, not applicable and zero are five different things.",
            class_="lead",
        ),
        section("Markers"),
        paragraph("They are the shorthand of the Government Analysis Function."),
        table("Markers, and what each means", ("Marker", "Meaning"), rows),
        section("Periods"),
        bullets(
            [
                "A year is a financial year, from 1 April to 31 March: 2024/25.",
                "2024/25 Q1 is April to June 2024. Quarters belong to the financial year.",
                "R12 2025-03 is the 12 months that end in March 2025.",
                "A period is whole days in local time. It begins at midnight on its first day.",
                "A period that the data cut short is provisional, and is not compared with others.",
            ]
        ),
        section("Numbers"),
        bullets(
            [
                "A share is from 0 to 1 in files, and is shown as a percentage here.",
                "A share of nothing is not applicable. It is not 0%.",
                "A rate for less than a year is for that period. It is not made yearly.",
                "All is the total, of which the members are parts. Unknown is the rows with "
                "nothing recorded, and is inside the total.",
            ]
        ),
        section("Definitions"),
        paragraph(
            "57@1#12ab34cd is ref 57, version 1, and a hash of everything that moves its numbers. "
            "The same definition gives the same numbers from the same tables."
        ),
        short="Markers and notation",
    )


def _blank(value: str, what: str) -> object:
    return value or tag("mark", f"[{what}]")


def accessibility(subject: Subject) -> str:
    """Return the accessibility statement: the model one, with places to fill in."""
    organisation = _blank(subject.organisation, "name of the organisation")
    contact = _blank(subject.contact, "e-mail address or telephone number")
    date = tag("mark", "[date]")
    return page(
        "Accessibility statement",
        paragraph(
            "This statement applies to this website, which is published by ",
            organisation,
            ".",
            class_="lead",
        ),
        _blank_notice(subject),
        section("How this website is made to be used"),
        bullets(
            [
                "Text can be enlarged to 400% and read on a screen 320 pixels wide without "
                "scrolling the page sideways. Wide tables and code scroll inside themselves.",
                "Everything can be reached with a keyboard, and where the keyboard is can be seen.",
                "Nothing is told by colour alone: each state has words and a drawing.",
                "Each picture has a description and a table of its numbers.",
                "It follows your device’s choice of light or dark.",
                "Only search needs JavaScript.",
            ]
        ),
        section("How accessible it is"),
        paragraph(
            "It is made to meet the Web Content Accessibility Guidelines version 2.2, level AA. ",
            tag("mark", "[Say here, after testing, whether it is fully, partially or not so.]"),
        ),
        section("What is not accessible"),
        paragraph(
            tag(
                "mark",
                "[List what fails, why, and the alternative. Write that nothing is known if "
                "testing found nothing.]",
            )
        ),
        section("What was tested, and what was not"),
        paragraph(
            "A sample of the pages, as the library makes them, was checked in a browser: with axe, "
            "which tests the rules that a machine can, at 1280 and 320 pixels, in light and in "
            "dark, and with a keyboard. They have not been tried with a screen reader or by "
            "disabled people, and downloads were not part of that check. ",
            tag("mark", "[Say here what the organisation tested, how and when.]"),
        ),
        section("Reporting a problem, or asking for another format"),
        paragraph("Write to or call ", contact, "."),
        section("If you are not content with the answer"),
        paragraph(
            "The Equality and Human Rights Commission (EHRC) is responsible for enforcing the "
            "Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility "
            "Regulations 2018. If you are not content with how a complaint is answered, contact "
            "the Equality Advisory and Support Service (EASS)."
        ),
        section("About this statement"),
        paragraph("Prepared on ", date, ". Last reviewed on ", date, "."),
        short="Accessibility",
    )


def _blank_notice(subject: Subject) -> Html:
    if subject.organisation and subject.contact:
        return join([])
    return paragraph(
        tag("strong", "Not finished."),
        " Words in square brackets are for the organisation that publishes the site to fill in.",
        class_="inset warning",
    )


def search() -> str:
    """Return the page that searches."""
    results = tag(
        "div", id="mkdocs-search-results", aria_live="polite", data_no_results_text=_NOT_FOUND
    )
    return page(
        "Search",
        tag(
            "form",
            tag("label", "Words to find", for_="mkdocs-search-query"),
            tag("input", id="mkdocs-search-query", name="q", type="search", autocomplete="off"),
            tag("button", "Search", type="submit"),
            role="search",
            action="search.html",
            class_="search-form",
        ),
        section("Results"),
        results,
        tag("noscript", paragraph("Search needs JavaScript. The A to Z does not.")),
        short="Search",
        kind="search",
    )
