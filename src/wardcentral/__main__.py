"""``python -m wardcentral``."""

import sys

from wardcentral.cli import main

if __name__ == "__main__":
    sys.exit(main())
