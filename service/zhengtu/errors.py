"""Every error of Zhengtu in one tree.

ZhengtuError
├── SettingsError
├── ExtraMissing              a part of the installation that was left out
├── InputError                one row, one reason, one remedy
│   ├── FileMissing
│   ├── EncodingWrong
│   ├── TableBroken
│   ├── ValueMissing
│   ├── ValueMalformed
│   ├── CodeUnknown
│   ├── ReferenceDangling
│   ├── IdRepeated
│   ├── TextChanged
│   ├── HeadingMissing
│   ├── QuoteMissing
│   ├── QuoteAmbiguous
│   ├── PrintedMisplaced
│   ├── QuantityUnreadable
│   ├── UnitUnknown
│   ├── OverrideUnexplained
│   ├── StatementsDisagree
│   ├── ComparisonWrong
│   ├── NumberUncovered
│   ├── NumberCoveredTwice
│   └── CountUnexpected
├── ReportInvalid             all InputErrors of one report
├── NotEvaluated              rules that could not be run, or data that cannot be judged
├── FileRefused               an RDF file that is not read
├── QuestionError
│   ├── QuestionUnknown
│   ├── ParameterUnknown
│   └── ParameterWrong
├── ToolError
│   ├── ToolUnknown
│   ├── ArgumentWrong
│   ├── ThingUnknown
│   ├── BudgetSpent
│   └── ToolFailed
├── ExportError
│   ├── NotATable
│   ├── TableTooLarge
│   ├── ExportTooSlow
│   ├── ExportTooHungry
│   └── ExportMalformed
└── StoreError
    ├── BuildMissing
    ├── BuildDamaged
    ├── BuildRunning
    ├── BuildUnwritten
    ├── QueryMalformed
    ├── QueryRefused
    ├── QueryTooComplex
    ├── QueryTooLong
    ├── QueryTooSlow
    ├── QueryTooHungry
    ├── SearchTooSlow
    ├── QueryInterrupted
    ├── ResultTooLarge
    ├── ServiceBusy
    ├── SourceFailed
    ├── RemoteUnavailable
    │   ├── RemoteUnreachable
    │   └── RemoteBusy
    ├── RemoteAnswerBroken
    │   └── RemoteAnswerCut
    └── RemoteLoadFailed
"""

from collections.abc import Sequence
from typing import ClassVar


class ZhengtuError(Exception):
    """Root. `code` names the error for programs, `status` is the HTTP status that `web` answers with."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500


class SettingsError(ZhengtuError):
    """A setting has a value that cannot be used."""

    code = "settings"


class ExtraMissing(ZhengtuError):
    """A library is not installed that only some need; the words say how to install it."""

    code = "extra-missing"


class InputError(ZhengtuError):
    """A report folder says something that cannot be built; prints as one line: where, what, how to mend it."""

    code = "input"
    status = 422
    title: ClassVar[tuple[str, str]] = ("无法读取", "cannot be read")
    remedy: ClassVar[tuple[str, str]] = ("请更正", "correct it")

    def __init__(self, file: str, detail: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(file, detail, row, column)
        self.file, self.detail, self.row, self.column = file, " ".join(detail.split()), row, column

    @property
    def place(self) -> str:
        """`figures.csv row 17 column quote`: row 1 is the header, as a spreadsheet counts."""
        row = f" row {self.row}" if self.row is not None else ""
        column = f" column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}"

    def __str__(self) -> str:
        (title_zh, title_en), (remedy_zh, remedy_en) = self.title, self.remedy
        return (
            f"{self.place}: {title_en} / {title_zh}: {self.detail}. To mend it: {remedy_en} / {remedy_zh} [{self.code}]"
        )


class FileMissing(InputError):
    """A file that the folder must hold is not there."""

    code = "file-missing"
    title = ("缺少文件", "file missing")
    remedy = ("补上该文件，表格至少保留表头", "add the file; a table needs at least its header row")


class EncodingWrong(InputError):
    """A file is not UTF-8."""

    code = "encoding-wrong"
    title = ("编码不是 UTF-8", "not UTF-8")
    remedy = ("另存为 UTF-8", "save the file as UTF-8")


class TableBroken(InputError):
    """A CSV or YAML file does not have the form its schema asks for."""

    code = "table-broken"
    title = ("表格结构有误", "broken table")
    remedy = ("对照 data/schemas 中的表结构修正", "compare it with the schema in data/schemas")


class ValueMissing(InputError):
    """A required cell is empty."""

    code = "value-missing"
    title = ("必填项为空", "required value missing")
    remedy = ("填写该单元格", "fill in the cell")


class ValueMalformed(InputError):
    """A cell does not match the pattern of its column."""

    code = "value-malformed"
    title = ("格式不符", "value malformed")
    remedy = ("按该列的格式填写", "write it in the form of its column")


class CodeUnknown(InputError):
    """A cell names a code that its code list does not have."""

    code = "code-unknown"
    title = ("代码不在代码表中", "code unknown")
    remedy = (
        "改用代码表中的代码，或先在 ontology/codes.ttl 中定义",
        "use a listed code, or define it in ontology/codes.ttl first",
    )


class ReferenceDangling(InputError):
    """A cell names an id that no row defines."""

    code = "reference-dangling"
    title = ("引用的编号不存在", "reference to a missing id")
    remedy = ("更正编号或补上被引用的行", "correct the id or add the row it names")


class IdRepeated(InputError):
    """Two rows define the same id."""

    code = "id-repeated"
    title = ("编号重复", "id repeated")
    remedy = ("换一个编号", "choose another id")


class TextChanged(InputError):
    """The text's SHA-256 differs from the one on record."""

    code = "text-changed"
    title = ("原文与登记的哈希不符", "text differs from its recorded hash")
    remedy = (
        "恢复原文；若确为新文本，请新建报告目录",
        "restore the text; a new text is a new report folder",
    )


class HeadingMissing(InputError):
    """A section heading was not found after the one before it."""

    code = "heading-missing"
    title = ("找不到标题", "heading not found")
    remedy = ("从原文复制标题文字（不含编号）", "copy the heading from the text, without its number")


class QuoteMissing(InputError):
    """A quote does not occur in the text."""

    code = "quote-missing"
    title = ("引文不在原文中", "quote not in the text")
    remedy = ("从原文逐字复制（空白可略）", "copy it from the text, character by character (white space apart)")


class QuoteAmbiguous(InputError):
    """A quote occurs more than once."""

    code = "quote-ambiguous"
    title = ("引文在原文中不止一处", "quote occurs more than once")
    remedy = ("加长引文，或在 occurrence 列写明第几处", "lengthen it, or give its number in the column occurrence")


class PrintedMisplaced(InputError):
    """The printed value is not a slice of its quote, or more than one slice."""

    code = "printed-misplaced"
    title = ("原文数值不是引文的唯一片段", "printed value is not one slice of the quote")
    remedy = (
        "从引文中复制数值，必要时填写 printed_occurrence",
        "copy it from the quote; if it stands there twice, give printed_occurrence",
    )


class QuantityUnreadable(InputError):
    """The quantity grammar cannot read a printed value."""

    code = "quantity-unreadable"
    title = ("数量无法解析", "quantity cannot be read")
    remedy = ("只保留比较词、数字、量级与单位", "keep comparator, number, multiplier and unit only")


class UnitUnknown(InputError):
    """A printed unit or classifier is not in the unit table."""

    code = "unit-unknown"
    title = ("单位或量词未登记", "unit unknown")
    remedy = (
        "在 data/reference/units.csv 中登记该单位（不含万、亿等量级）",
        "add the unit, without a multiplier such as 万, to data/reference/units.csv",
    )


class OverrideUnexplained(InputError):
    """An override has no reason, or says what the grammar reads anyway."""

    code = "override-unexplained"
    title = ("人工更正缺少理由或多余", "override without reason or without effect")
    remedy = ("填写 override_reason，或删去该更正", "give override_reason, or remove the override")


class StatementsDisagree(InputError):
    """Rows that merge into one node differ in what they say of it."""

    code = "statements-disagree"
    title = ("同一编号的各行内容不一致", "rows of one thing differ")
    remedy = ("使各行除引文外一致，或使用不同编号", "make them agree except for the quote, or give them different ids")


class ComparisonWrong(InputError):
    """A row of checks.csv says that a relation holds which, recomputed, does not."""

    code = "comparison-wrong"
    title = ("核对行与复算不符", "comparison does not hold when recomputed")
    remedy = (
        "核对所列数值；若原文确不一致，请填写 type 列",
        "check the figures; if the text does disagree, give its type in the column type",
    )


class NumberUncovered(InputError):
    """A number of the text is neither a figure nor listed as none."""

    code = "number-uncovered"
    title = ("原文数字未登记", "number of the text not accounted for")
    remedy = (
        "登记为 figures.csv 的一行，或在 not-figures.csv 中说明理由",
        "add it to figures.csv, or to not-figures.csv with its reason",
    )


class NumberCoveredTwice(InputError):
    """A number of the text is both a figure and listed as none."""

    code = "number-covered-twice"
    title = ("原文数字既登记为数值又登记为非数值", "number is both a figure and listed as none")
    remedy = ("删去其中一处", "remove one of the two rows")


class CountUnexpected(InputError):
    """A table does not have the number of rows that report.yaml expects."""

    code = "count-unexpected"
    title = ("行数与 report.yaml 的预期不符", "count differs from report.yaml")
    remedy = ("核对增删的行后更新 expected", "check what was added or lost, then update expected")


class ReportInvalid(ZhengtuError):
    """All that is wrong with one report folder."""

    code = "report-invalid"
    status = 422

    def __init__(self, report: str, problems: Sequence[InputError]) -> None:
        super().__init__(report, problems)
        self.report, self.problems = report, tuple(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NotEvaluated(ZhengtuError):
    """The rules could not be run, or there is nothing that they could judge."""

    code = "not-evaluated"
    status = 422


class FileRefused(ZhengtuError):
    """An RDF file that someone else wrote is broken, too large, or asks for what is not done here."""

    code = "file-refused"
    status = 422


class QuestionError(ZhengtuError):
    """A question of the pack is asked in a way that it cannot be; `zh` and `en` say what is wrong and what to do."""

    code = "question"
    status = 400

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


class QuestionUnknown(QuestionError):
    """There is no question of this number or slug."""

    code = "question-unknown"
    status = 404

    def __init__(self, name: str, near: Sequence[str]) -> None:
        listed = ", ".join(near)
        super().__init__(
            f"没有问题“{name}”{f'；相近的有 {listed}' if near else ''}。全部问题见 /questions 或 `zhengtu questions`。",
            f"There is no question {name!r}{f'; near to it: {listed}' if near else ''}. "
            "All of them: /questions, or `zhengtu questions`.",
        )


class ParameterUnknown(QuestionError):
    """The question has no such parameter."""

    code = "parameter-unknown"

    def __init__(self, question: str, name: str, known: Sequence[str]) -> None:
        listed = ", ".join(known)
        super().__init__(
            f"问题 {question} 没有参数“{name}”；{f'可用参数：{listed}' if known else '它没有参数'}。",
            f"The question {question} has no parameter {name!r}; {f'it has {listed}' if known else 'it has none'}.",
        )


class ParameterWrong(QuestionError):
    """A parameter cannot have this value."""

    code = "parameter-wrong"

    def __init__(self, name: str, value: str, type_: str, examples: Sequence[str]) -> None:
        listed = ", ".join(examples)
        super().__init__(
            f"参数 {name}（类型 {type_}）不能是“{value}”{f'；例如 {listed}' if examples else ''}。",
            f"The parameter {name} (type {type_}) cannot be {value!r}{f'; for example {listed}' if examples else ''}.",
        )


class ToolError(ZhengtuError):
    """A tool is called in a way that has no answer; `zh` and `en` say what is wrong and what to do."""

    code = "tool"
    status = 400

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh, self.en = zh, en


class ToolUnknown(ToolError):
    """There is no tool of this name."""

    code = "tool-unknown"
    status = 404


class ArgumentWrong(ToolError):
    """An argument is missing, is none of the tool's, or cannot have this value."""

    code = "argument-wrong"


class ThingUnknown(ToolError):
    """Nothing in the graph has this IRI or name."""

    code = "thing-unknown"
    status = 404


class BudgetSpent(ToolError):
    """A client has used its query time of a minute."""

    code = "budget"
    status = 429


class ToolFailed(ToolError):
    """A tool failed for a reason that is none of the caller's."""

    code = "tool-failed"
    status = 500


class ExportError(ZhengtuError):
    """A table cannot be written in the form asked for; its words are Chinese and English."""

    code = "export"
    status = 400


class ExportMalformed(ExportError):
    """There is no such form, or an option that it does not have."""

    code = "export-malformed"


class NotATable(ExportError):
    """What should become a table is no answer to a SELECT query."""

    code = "not-a-table"


class TableTooLarge(ExportError):
    """The form cannot hold so many rows or columns."""

    code = "table-too-large"
    status = 422


class ExportTooSlow(ExportError):
    """Writing a table took longer than it may, and was stopped."""

    code = "export-too-slow"
    status = 504


class ExportTooHungry(ExportError):
    """Writing a table needed more memory than it may have."""

    code = "export-too-hungry"
    status = 507


class StoreError(ZhengtuError):
    """The store cannot answer."""

    code = "store"
    status = 503


class BuildMissing(StoreError):
    """There is no build to serve or query."""

    code = "build-missing"


class BuildDamaged(StoreError):
    """A build does not hold what its manifest says."""

    code = "build-damaged"


class BuildRunning(StoreError):
    """Another build writes to the same folder."""

    code = "build-running"


class BuildUnwritten(StoreError):
    """The system did not let a build be written: a full disk, no right to write."""

    code = "build-unwritten"


class QueryMalformed(StoreError):
    """The query is not SPARQL."""

    code = "query-malformed"
    status = 400


class QueryRefused(StoreError):
    """The query asks for something that this endpoint does not do."""

    code = "query-refused"
    status = 403


class QueryTooComplex(StoreError):
    """The query nests or chains deeper than the endpoint reads."""

    code = "query-too-complex"
    status = 400


class QueryTooLong(StoreError):
    """The text of the query is longer than the endpoint takes."""

    code = "query-too-long"
    status = 413


class QueryTooSlow(StoreError):
    """The query ran longer than its time."""

    code = "query-too-slow"
    status = 504


class SearchTooSlow(StoreError):
    """A search ran longer than it may and was stopped."""

    code = "search-too-slow"
    status = 503


class QueryTooHungry(StoreError):
    """The query ended its worker: it needed more memory than a query may have."""

    code = "query-too-hungry"
    status = 507


class ResultTooLarge(StoreError):
    """The answer is larger than an answer may be."""

    code = "result-too-large"
    status = 507


class QueryInterrupted(StoreError):
    """The process that answered the query was ended from outside."""

    code = "query-interrupted"
    status = 503


class ServiceBusy(StoreError):
    """More queries are waiting or running long than the endpoint takes."""

    code = "service-busy"
    status = 503


class SourceFailed(StoreError):
    """A service that the query calls does not answer, or the store on disk cannot be read."""

    code = "source-failed"
    status = 502


class RemoteUnavailable(StoreError):
    """The remote store cannot be reached, or does not serve this request."""

    code = "remote-unavailable"
    status = 503


class RemoteUnreachable(RemoteUnavailable):
    """There is no connection to the remote store."""

    code = "remote-unreachable"


class RemoteBusy(RemoteUnavailable):
    """The remote store asks to come again later (status 429 or 503), after `retry_after` seconds where it says so."""

    code = "remote-busy"

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class RemoteAnswerBroken(StoreError):
    """The remote store's answer is cut off, or is not what was asked for."""

    code = "remote-answer-broken"
    status = 502


class RemoteAnswerCut(RemoteAnswerBroken):
    """The connection ended before the whole answer had come."""

    code = "remote-answer-cut"


class RemoteLoadFailed(StoreError):
    """The remote store does not take a graph, or does not hold afterwards what the build holds."""

    code = "remote-load-failed"
    status = 502
