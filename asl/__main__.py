"""``python -m asl``: the command line."""

import sys

from asl.cli import main

if __name__ == "__main__":
    sys.exit(main())
