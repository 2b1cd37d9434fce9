"""Nothing in, a log on standard error out: standard output may be the line to the client."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def begin() -> None:
    """Write what we say and what others warn of; no arguments and no answers."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=FORMAT, force=True)
    logging.getLogger("zhengtu").setLevel(logging.INFO)
