"""A first draft of a mapping, from a sample of an extract. A person decides what becomes of it."""

from swm_kpi.scaffold.draft import Draft, draft_mapping
from swm_kpi.scaffold.sample import Sample, read_sample

__all__ = ["Draft", "Sample", "draft_mapping", "read_sample"]
