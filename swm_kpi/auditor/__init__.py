"""The auditor of published files: what an intruder can conclude about the numbers that they hide.

It reads only what is published, and shares no code with disclosure control, so that the two check
each other.
"""

from swm_kpi.auditor.audits import Audit, HiddenCell, audit
from swm_kpi.auditor.conclude import Conclusion

__all__ = ["Audit", "Conclusion", "HiddenCell", "audit"]
