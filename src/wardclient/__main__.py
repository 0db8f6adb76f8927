"""``python -m wardclient``."""

import sys

from wardclient.cli import main

sys.exit(main())
