"""``python -m corridors``."""

from __future__ import annotations

import sys

from corridors.cli import main

sys.exit(main())
