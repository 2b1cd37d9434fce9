"""A built folder or the address of an endpoint in; its facts as typed tables, with their quotes, out."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from zhengtu.client import questions
from zhengtu.client.frames import Decimals, Library, frame_of
from zhengtu.client.questions import FIGURES, Given
from zhengtu.client.sources import Hit, source_of
from zhengtu.client.words import told
from zhengtu.errors import NotATable
from zhengtu.publish.columns import NAMING
from zhengtu.publish.pack import JSON, Pack
from zhengtu.publish.questions import Question
from zhengtu.publish.results import INTEGER, IRI, TEXT, Column, Result, of_rows, read_json

T = TypeVar("T")
Frame = Any
"""A DataFrame of pandas or of polars, as `frame` says."""
BOTH = ("zh", "en")
FOUND = (
    Column("iri", IRI), Column("kind"), Column("title_zh"), Column("title_en"), Column("in"), Column("text"),
    Column("start", INTEGER), Column("end", INTEGER),
)  # fmt: skip


class Graph:
    """The graph of a build on disk, or of an endpoint that serves it; both answer alike.

    Tables are DataFrames of pandas (or of polars, `frame="polars"`) whose columns have the types of the XSD datatypes;
    see `zhengtu.client.frames`. `labels` are languages, the preferred one first: beside each column `x` of IRIs comes
    a column `x_label` of names; None for none. An endpoint that is no Zhengtu adds no labels, whatever is asked.

    Errors are of `zhengtu.errors`, each with what to do in Chinese and English: BuildMissing, QueryMalformed (with
    line and column), QueryTooSlow, ResultTooLarge, RemoteUnreachable, RemoteBusy, RemoteAnswerBroken and others, all
    of them ZhengtuError.
    """

    def __init__(
        self, source: str | Path, *, graphs: Sequence[str] = (), timeout: float = 30, attempts: int = 4
    ) -> None:
        """`source` is a build's folder or the folder of builds, or an http(s) address: the home page of a served
        Zhengtu (ending in /), or a SPARQL endpoint.

        For an address: `timeout` is the longest wait in seconds, without end for none; a request is sent at most
        `attempts` times, again only where the endpoint is busy or the connection fails, after the time that it asks
        for. `graphs` are the named graphs to ask of an engine whose default graph is not the union of all. Redirects
        are not followed and no proxy is used.

        Raises SettingsError, BuildMissing or BuildDamaged; nothing is sent before something is asked.
        """
        with told(str(source)):
            self._source = source_of(source, graphs, timeout, attempts)

    @property
    def source(self) -> str:
        """The folder or the address of the endpoint that is asked."""
        return self._source.name

    def __repr__(self) -> str:
        return f"Graph({self.source!r})"

    def rows(self, query: str, *, labels: Sequence[str] | None = None) -> Result:
        """The answer to a SELECT query: `columns` with name and datatype, `rows` of Python values. Needs no pandas.

        Raises NotATable for another kind of query, and what is said of the class.
        """
        return self._told(lambda: self._rows(query, labels))

    def select(
        self,
        query: str,
        *,
        labels: Sequence[str] | None = BOTH,
        frame: Library = "pandas",
        decimals: Decimals = "decimal",
    ) -> Frame:
        """The answer to a SELECT query as a DataFrame: one row per solution, one column per variable, and labels.

        `decimals`: "decimal" is exact, "float" fit for plotting. Raises ExtraMissing when the library of `frame` is not
        installed, NotATable for another kind of query.
        """
        return frame_of(self.rows(query, labels=labels), frame, decimals)

    def figures(
        self,
        *,
        indicator: Given = None,
        about: Given = None,
        report: Given = None,
        period: Given = None,
        labels: Sequence[str] | None = BOTH,
        frame: Library = "pandas",
        decimals: Decimals = "decimal",
    ) -> Frame:
        """The values that reports state: one row per value, by report and place.

        A thing is given by its IRI, the end of it or any of its names; several as a list. Columns: iri, report, about,
        indicator, period, scope, role, form, comparator, value (in `unit`), unit, printed, quote, and place: start and
        end of the quote in the text of the report, in code points from 0, the end exclusive.

        Raises ParameterWrong, which names what is near, when the graph holds no such thing.
        """
        given = {"indicator": indicator, "about": about, "report": report, "period": period}
        return frame_of(_named(self._asked(FIGURES, given, labels)), frame, decimals)

    def evidence(self, iri: str, *, labels: Sequence[str] | None = BOTH, frame: Library = "pandas") -> Frame:
        """The passages of a fact or a named thing: one row each, the main one first, then as they stand in the text.

        Columns: passage, quote, section, start and end (code points of the text from 0, the end exclusive), text (the
        IRI of the report's text), main. No row: the graph knows no passage of this IRI.

        `iri` may be its end after https://w3id.org/zhengtu/. Raises ParameterWrong when it is no IRI.
        """
        return frame_of(_named(self.rows(questions.evidence(iri), labels=labels)), frame, "decimal")

    def questions(self, *, frame: Library = "pandas") -> Frame:
        """The questions that `ask` answers: number, id, title and description in both languages, parameters."""
        return frame_of(questions.listed(self._pack.questions), frame, "decimal")

    def ask(
        self,
        question: str | int,
        *,
        labels: Sequence[str] | None = BOTH,
        frame: Library = "pandas",
        decimals: Decimals = "decimal",
        **parameters: Given,
    ) -> Frame:
        """The answer to one of the questions, by its id or number; columns as its query has them.

        A parameter is a thing by its IRI, the end of it or any of its names, a year or a number, or a list of them;
        "*" lifts a restriction. Raises QuestionUnknown, ParameterUnknown or ParameterWrong, which name what there is.
        """
        found = self._pack.find(str(question))
        return frame_of(self._asked(found, parameters, labels), frame, decimals)

    def query(self, question: str | int, **parameters: Given) -> str:
        """The SPARQL query of a question with these parameters, to be kept, changed or cited. Raises as `ask`."""
        return self._told(lambda: self._pack.query(self._pack.find(str(question)), questions.written(parameters)))

    def search(self, words: str, *, kind: str = "", limit: int = 20, frame: Library = "pandas") -> Frame:
        """At most `limit` things found by names, indicators, statements, original words or pinyin initials.

        Columns: iri, kind (CURIE of a class), title_zh, title_en, in (what matched: name, alias, indicator, text,
        quote, pinyin), text, and start and end where it stands in a report. `kind` restricts to a class. Raises
        SettingsError at an endpoint that is no Zhengtu.
        """
        hits = self._told(lambda: self._source.search(words, kind, limit))
        return frame_of(of_rows(FOUND, map(_hit, hits)), frame, "decimal")

    @cached_property
    def _pack(self) -> Pack:
        """The questions over this graph; their parameters are looked up in it, wherever it is."""
        return Pack(self._source.store)

    def _asked(self, question: Question, given: dict[str, Given], labels: Sequence[str] | None) -> Result:
        return self._told(lambda: self._pack.ask(question, questions.written(given), labels or ())[1])

    def _rows(self, query: str, labels: Sequence[str] | None) -> Result:
        answer = self._source.store.query(query, labels=labels or ())
        with suppress(ValueError):  # a graph
            return read_json(answer.write(JSON))
        raise NotATable(
            "此处只接受 SELECT 查询；其余请用 zhengtu query。 Only SELECT is a table; for others use `zhengtu query`."
        )

    def _told(self, ask: Callable[[], T]) -> T:
        with told(self.source):
            return ask()


def _named(result: Result) -> Result:
    """The table without columns of names of which there is none: values and passages have no names."""
    kept = [
        place
        for place, column in enumerate(result.columns)
        if not (column.datatype == TEXT and column.name.endswith(NAMING))
        or any(row[place] is not None for row in result.rows)
    ]
    columns = tuple(result.columns[place] for place in kept)
    return Result(columns, tuple(tuple(row[place] for place in kept) for row in result.rows))


def _hit(hit: Hit) -> tuple[str, ...]:
    title, match, place = hit["title"], hit["match"], hit["place"] or {"start": "", "end": ""}
    start, end = str(place["start"]), str(place["end"])
    return hit["iri"], hit["kind"]["kind"], title["zh"], title["en"], match["in"], match["text"], start, end
