"""`python -m zhengtu.publish.exports FORM [LANGUAGE]`: a table in on standard input, the file out on standard output.

The first line of the input is JSON, what is said of the table (`about`) and the datatypes of its columns where they are
known; the rest is SPARQL JSON. An error of ours is a line of JSON on standard error, and status 3.
"""

import json
import sys

from zhengtu.errors import ExportError
from zhengtu.publish.exports import FORMS
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.results import read_json

REFUSED = 3


def main() -> None:
    """Write one file."""
    form, language = FORMS[sys.argv[1]], sys.argv[2] if len(sys.argv) > 2 else None  # noqa: PLR2004 (the second argument)
    head, _, document = sys.stdin.buffer.read().partition(b"\n")
    said = json.loads(head)
    try:
        result = read_json(document, said["datatypes"])
        written = form.write(result, Provenance.of_json(said["about"]), language)  # type: ignore[arg-type]
    except ExportError as error:
        sys.stderr.write(json.dumps({"error": error.code, "detail": str(error)}))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(written)


if __name__ == "__main__":
    main()
