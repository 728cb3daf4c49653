"""Write the golden results again."""

import sys

from tests.golden import write

if __name__ == "__main__":
    changed = write()
    sys.stdout.write(f"{len(changed)} files changed: {', '.join(sorted(changed)) or 'none'}.\n")
