"""What a ref is also called: its key in words, other refs' words, and abbreviations spelt out.

Nothing is invented: a full form is one that some title of the catalogue gives beside its
abbreviation, as in "Domestic Abuse (DA)".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricAlias
from swm_kpi.site.context import Subject, title_of

_GIVEN = re.compile(r"((?:[A-Z][\w'-]*\s+){1,5})\(([A-Z]{2,6})\)")


def abbreviations(catalogue: Catalogue) -> Mapping[str, str]:
    """Return abbreviation to full form, where some title gives both."""
    found = {}
    for entry in catalogue:
        for full, short in _GIVEN.findall(entry.title):
            words = full.split()[-len(short) :]
            if "".join(word[0] for word in words).upper() == short:
                found[short] = " ".join(words).lower()
    return found


def also_called(entry: CatalogueEntry, subject: Subject) -> list[str]:
    """Return other words that a reader may look for."""
    catalogue = subject.catalogue
    words = entry.key.split("_")
    said = set(re.findall(r"\w+", entry.title.lower()))
    names = [" ".join(words)] if entry.title and not said.issuperset(words) else []
    for short, full in abbreviations(catalogue).items():
        for one, other in ((short, full), (full, short)):
            here = re.search(rf"\b{re.escape(one)}\b", entry.title, 0 if one is short else re.I)
            if here and not re.search(rf"\b{re.escape(other)}\b", entry.title, re.I):
                spelt = re.sub(rf"\b{re.escape(one)}\b", other, entry.name, flags=re.I)
                names.append(spelt)
    target = entry.of if isinstance(entry, MetricAlias) else entry.ref
    for each in catalogue:
        same = each.ref == target or (isinstance(each, MetricAlias) and each.of == target)
        if same and each is not entry and catalogue.metric(entry) is not None:
            names.append(f"{title_of(each)} (ref {each.ref})")
    return list(dict.fromkeys(names))


def spelt_out(text: str, subject: Subject) -> str:
    """Return a text, with the full form after the first use of a known abbreviation."""
    for short, full in abbreviations(subject.catalogue).items():
        if re.search(rf"\b{short}\b", text) and full not in text.lower():
            text = re.sub(rf"\b{short}\b", f"{short} ({full})", text, count=1)
    return text
