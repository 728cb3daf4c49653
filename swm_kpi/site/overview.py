"""The first page, and every ref at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.site.context import Subject, page, section, to_metric, to_table
from swm_kpi.site.markup import Html, join, link, paragraph, table, tag
from swm_kpi.site.status import state
from swm_kpi.vocabulary import AvailabilityStatus, Basis

_HEADS = ("Ref", "Metric", "State", "Tables it needs")
_COUNTED = {
    AvailabilityStatus.REPORTABLE: "reportable",
    AvailabilityStatus.NOT_REPORTABLE: "not reportable",
    AvailabilityStatus.UNKNOWN: "of unknown availability",
    AvailabilityStatus.GROUP: "a group of metrics",
    AvailabilityStatus.UNDEFINED: "with no text in the plan",
}
_WAYS = (
    ("metrics/index.html", "All refs at a glance", "Each ref, what computes and what is known."),
    ("metrics/themes.html", "By theme", "Domestic abuse, roads, workforce and so on."),
    ("metrics/availability.html", "By availability", "What is documented, and on what evidence."),
    ("tables/index.html", "By table", "I have this table: which metrics can I compute?"),
    ("metrics/a-to-z.html", "A to Z", "By name, and by other names."),
    ("search.html", "Search", "Any word, such as 999, knife or stalking."),
)


def site_name(catalogue: Catalogue) -> str:
    """Return what the site is called unless it is given a name."""
    return f"{catalogue.title} metrics"


def home(subject: Subject) -> str:
    """Return the first page."""
    catalogue = subject.catalogue
    return page(
        site_name(catalogue),
        paragraph(
            f"What each of {len(catalogue)} numbered metrics counts, from what, and whether it can "
            "be reported. Made from the same definitions that compute the numbers, so that the two "
            "cannot drift apart.",
            class_="lead",
        ),
        _counts(subject),
        section("Find a metric"),
        tag(
            "ul",
            *(tag("li", link(address, name), paragraph(about)) for address, name, about in _WAYS),
            class_="ways",
        ),
        section("Two questions, kept apart"),
        paragraph(
            tag("strong", "Is it available?"),
            " What is documented of whether the force may report a metric. It is not known for "
            "most: the plan marks some metrics in red, and the copy of it to hand has lost its "
            "colours. Nothing here guesses.",
        )
        if any(each.availability.status is AvailabilityStatus.UNKNOWN for each in catalogue)
        else paragraph(
            tag("strong", "Is it available?"),
            " What is documented of whether the force may report a metric, with its evidence.",
        ),
        paragraph(
            tag("strong", "Does it compute?"),
            " Whether a computation is defined. Given tables of the form it states, the library "
            "works it out; without them it says what is missing.",
        ),
        section("By objective"),
        *_by_objective(subject, up=""),
        short="Home",
        kind="home",
    )


def at_a_glance(subject: Subject) -> str:
    """Return the page with every ref and its state."""
    return page(
        "All refs at a glance",
        paragraph(
            f"{len(subject.catalogue)} refs in the plan’s order, under the plan’s objectives.",
            class_="lead",
        ),
        _counts(subject),
        *(
            part
            for objective, entries in _objectives(subject).items()
            for part in (
                section(objective),
                table(objective, _HEADS, _rows(entries, subject), quiet=True),
            )
        ),
        short="All refs at a glance",
        kind="list",
    )


def _rows(entries: Iterable[CatalogueEntry], subject: Subject) -> Iterable[tuple[object, ...]]:
    for entry in entries:
        tables = join((to_table(each) for each in subject.tables(entry, Basis.FORCE)), ", ")
        name = to_metric(entry)
        name = tag("span", name, class_="child") if entry.parent else name
        yield entry.ref, name, state(entry, subject.catalogue), tables


def _objectives(subject: Subject) -> dict[str, list[CatalogueEntry]]:
    found: dict[str, list[CatalogueEntry]] = {}
    for entry in subject.catalogue:
        found.setdefault(entry.objective_title, []).append(entry)
    return found


def _by_objective(subject: Subject, *, up: str) -> Iterable[Html]:
    for objective, entries in _objectives(subject).items():
        yield section(objective, level=3)
        yield tag(
            "ol",
            *(
                tag(
                    "li",
                    tag("span", entry.ref, class_="ref"),
                    to_metric(entry, up=up),
                    class_="child" if entry.parent else None,
                )
                for entry in entries
            ),
            class_="refs",
        )


def _counts(subject: Subject) -> Html:
    catalogue = subject.catalogue
    numbers = [(len(catalogue), "refs"), (sum(each.computes for each in catalogue), "compute")]
    statuses = Counter(each.availability.status for each in catalogue)
    numbers += [(statuses[each], _COUNTED[each]) for each in AvailabilityStatus if statuses[each]]
    return tag(
        "ul",
        *(tag("li", tag("strong", f"{n}"), " ", tag("span", words)) for n, words in numbers),
        class_="counts",
    )
