"""`python -m djmixersoft`: the command line."""

import sys

from djmixersoft.cli import main

sys.exit(main())
