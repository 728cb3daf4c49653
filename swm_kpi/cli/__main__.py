"""``python -m swm_kpi.cli`` runs ``swm-kpi``."""

import sys

from swm_kpi.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
