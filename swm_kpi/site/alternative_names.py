"""Other names of a metric: its key in words, the titles of its aliases, and full forms.

No name is invented. The full form of an abbreviation is one that a title of the catalogue gives, as
in "Domestic Abuse (DA)".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricAlias
from swm_kpi.site.context import SiteContext
from swm_kpi.site.links import metric_title

_FULL_FORM = re.compile(r"((?:[A-Z][\w'-]*\s+){1,5})\(([A-Z]{2,6})\)")


def abbreviations(catalogue: Catalogue) -> Mapping[str, str]:
    """Return the full form of each abbreviation that a title explains, in lower case."""
    full_forms = {}
    for entry in catalogue:
        for preceding, abbreviation in _FULL_FORM.findall(entry.title):
            words = preceding.split()[-len(abbreviation) :]
            if "".join(word[0] for word in words).upper() == abbreviation:
                full_forms[abbreviation] = " ".join(words).lower()
    return full_forms


def alternative_names(entry: CatalogueEntry, context: SiteContext) -> list[str]:
    """Return the other names by which a reader may look for an entry."""
    catalogue = context.catalogue
    key_words = entry.key.split("_")
    title_words = set(re.findall(r"\w+", entry.title.lower()))
    names = []
    if entry.title and not title_words.issuperset(key_words):
        names.append(" ".join(key_words))
    for abbreviation, full_form in abbreviations(catalogue).items():
        for name, other in ((abbreviation, full_form), (full_form, abbreviation)):
            flags = re.NOFLAG if name is abbreviation else re.IGNORECASE
            is_used = re.search(rf"\b{re.escape(name)}\b", entry.title, flags)
            if is_used and not re.search(rf"\b{re.escape(other)}\b", entry.title, re.IGNORECASE):
                names.append(
                    re.sub(rf"\b{re.escape(name)}\b", other, entry.name, flags=re.IGNORECASE)
                )
    target = entry.of if isinstance(entry, MetricAlias) else entry.ref
    for other_entry in catalogue:
        is_alias = isinstance(other_entry, MetricAlias) and other_entry.of == target
        is_same = is_alias or other_entry.ref == target
        if is_same and other_entry is not entry and catalogue.metric(entry) is not None:
            names.append(f"{metric_title(other_entry)} (ref {other_entry.ref})")
    return list(dict.fromkeys(names))


def expand_abbreviations(text: str, context: SiteContext) -> str:
    """Return text with the full form in brackets after the first use of each abbreviation."""
    for abbreviation, full_form in abbreviations(context.catalogue).items():
        if re.search(rf"\b{abbreviation}\b", text) and full_form not in text.lower():
            expanded = f"{abbreviation} ({full_form})"
            text = re.sub(rf"\b{abbreviation}\b", expanded, text, count=1)
    return text
