"""A result and what is said of it in, a file out: CSV, JSON, XLSX, Parquet, or the CSVW metadata of the CSV.

Each form is a module with one function `write`, which is read when it is first used: their libraries are large.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from zhengtu.publish.columns import Language
from zhengtu.publish.exports.provenance import Provenance
from zhengtu.publish.results import Result


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a table; `is_text` tells whether it may go to a terminal."""

    name: str
    media_type: str
    extension: str
    is_text: bool = True

    def write(self, result: Result, about: Provenance, language: Language | None = None) -> bytes:
        """The file; the same bytes for the same input. With a language the columns are called as its readers do.

        Raises TableTooLarge where the form cannot hold the table.
        """
        written: bytes = import_module(f"{__name__}.{self.name}").write(result, about, language)
        return written


FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        Form("csv", "text/csv; charset=utf-8", "csv"),
        Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", is_text=False),
        Form("json", "application/json", "json"),
        Form("parquet", "application/vnd.apache.parquet", "parquet", is_text=False),
        Form("csvw", "application/csvm+json", "csv-metadata.json"),
    )
}
