"""The command `zhengtu`: build, check, validate, report, audit, serve, mcp, query, export, load.

Thin: it says what happens and ends with 0, 1 or 2.

Each command imports what it alone needs, so that none waits for the libraries of another.
"""

import os
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from zhengtu import __version__, settings
from zhengtu.errors import ExportMalformed, SettingsError, ZhengtuError
from zhengtu.store import builds
from zhengtu.store.door import FORMATS, formats

if TYPE_CHECKING:
    from zhengtu.check.run import Part
    from zhengtu.model import Run
    from zhengtu.pipeline import Watch
    from zhengtu.publish.columns import Language
    from zhengtu.publish.exports import Form

app = typer.Typer(
    name="zhengtu",
    help="Zhengtu 政图: reports of digital government as linked data, each figure with its exact quote.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Folder with reference/, schemas/, reports/ 数据目录")]
Output = Annotated[Path | None, typer.Option("--output", help="File to write [default: standard output] 输出文件")]
ReportForm = Annotated[
    str | None,
    typer.Option("--format", help="turtle, html, json, csv, sarif or junit [default: lines to read] 输出格式"),
]
BuildDir = Annotated[Path | None, typer.Option("--build-dir", help="Folder of builds 构建输出目录 [default: build]")]

ExportForm = Annotated[str, typer.Option("--format", help="csv, xlsx, json, parquet or csvw 格式")]
ColumnNames = Annotated[
    Literal["zh", "en"] | None,
    typer.Option("--columns", help="Language of the header [default: names as they are] 表头语言"),
]
Bom = Annotated[bool, typer.Option("--bom", help="Begin the csv with a byte order mark 在 csv 开头写入 BOM")]

EXPORTED = ("xlsx", "parquet", "csvw")
"""Forms of an answer that the engine does not write."""
SOLUTIONS = formats("solutions")[0]
Language_ = Annotated[Literal["zh", "en"], typer.Option("--lang", help="Language to read 阅读语言")]

PASSWORD = "ZHENGTU_REMOTE_PASSWORD"  # noqa: S105 (the name of a variable)


def main() -> None:
    """Run the command; every error of ours or of a file is printed without a trace, with status 1."""
    app()


@contextmanager
def _plain_errors(status: int = 1) -> Iterator[None]:
    try:
        yield
    except (ZhengtuError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(status) from None


@contextmanager
def _progress() -> Iterator["Watch"]:
    """A bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as shown:

        def watch(parts: "Iterable[Part]", total: int) -> "Iterable[Part]":
            return shown.track(parts, total=total, description="校验 checking")

        yield watch


def _tell(run: "Run") -> None:
    """The verdict on standard output, what is wrong on standard error; terms that no rule looks at are only counted."""
    from zhengtu.publish.validation.words import TITLES, line, verdict

    for finding in run.findings:
        if finding.reason != "unseen":
            _say(line(run, finding))
    title, said = TITLES[run.subject], verdict(run)
    typer.echo(f"{title.zh} {title.en}: {said.zh} {said.en}")


def _give(run: "Run", form: str | None, output: Path | None) -> None:
    """The run in a form, to a file or to standard output."""
    from zhengtu.publish.validation import FORMATS as FORMS

    if form is None and output is None:
        _tell(run)
        return
    with _plain_errors(status=2):
        if form not in FORMS:
            raise ZhengtuError(f"There is no format {form}; choose one of {', '.join(FORMS)}.")
        written = FORMS[form](run)
        if output is None:
            sys.stdout.buffer.write(written)
        else:
            output.write_bytes(written)


def _fill(folder: Path, run: "Run") -> None:
    """The run in every form into a folder."""
    from zhengtu.publish.validation import files

    folder.mkdir(parents=True, exist_ok=True)
    for name, written in files(run, "validation"):
        (folder / name).write_bytes(written)


def _say(line: str) -> None:
    typer.echo(line, err=True)


@app.command()
def build(data_dir: DataDir = None, build_dir: BuildDir = None) -> None:
    """Read every report folder and write the graph: N-Quads, TriG, manifest. 由报告目录构建图谱"""
    from zhengtu import pipeline

    with _plain_errors():
        chosen = settings.load(data_dir=data_dir, build_dir=build_dir)
        built = pipeline.build(chosen, _say)
        for report, held in built.manifest["reports"].items():
            typer.echo(
                f"{report}: {held['figures']} stated figures, {held['entities']} entities, {held['claims']} claims, "
                f"{held['relations']} relations, {held['recognitions']} recognitions, {held['objectives']} objectives; "
                f"{held['numbers']} numbers in the text, {float(held['coverage']):.0%} accounted for"
            )
        typer.echo(f"{built.manifest['quads']} quads, sha256 {built.manifest['digest']}")


@app.command()
def check(build_dir: BuildDir = None) -> None:
    """Validate the current build and its documents, and keep the result with it. 校验图谱与报告完整性

    Ends with 0 when our data conforms, 1 when it does not, 2 when it could not be evaluated. A gap in a document is
    told and never fails.
    """
    from zhengtu import pipeline

    with _plain_errors(status=2), _progress() as watch:
        runs = pipeline.check(settings.load(build_dir=build_dir), watch)
    for run in runs:
        _tell(run)
    raise typer.Exit(max(run.status for run in runs))


@app.command()
def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="RDF files: Turtle, TriG, N-Triples, N-Quads, JSON-LD [default: the build]"),
    ] = None,
    form: ReportForm = None,
    output: Output = None,
    folder: Annotated[
        Path | None, typer.Option("--into", help="Folder that takes the run in every format 以全部格式输出到此目录")
    ] = None,
    profile: Annotated[
        bool, typer.Option("--profile", help="Judge the documents of the build by their profile 检查报告文本完整性")
    ] = False,
    data_dir: DataDir = None,
    build_dir: BuildDir = None,
) -> None:
    """Validate the current build, or RDF files that someone else wrote; nothing is fetched. 校验图谱或 RDF 文件

    Ends with 0 when the data conforms, 1 when it has violations, 2 when it could not be evaluated.
    """
    from zhengtu import pipeline

    with _plain_errors(status=2), _progress() as watch:
        chosen = settings.load(data_dir=data_dir, build_dir=build_dir)
        if files and profile:
            raise ZhengtuError("The profile judges the documents of a build; leave out the files or --profile.")
        if files:
            run = pipeline.check_files(chosen, files)
        elif profile:
            run = pipeline.requirements(chosen, watch)
        else:
            (run,) = pipeline.check(chosen, watch, profile=False)
        if folder:
            _fill(folder, run)
    _give(run, form, output)
    raise typer.Exit(run.status)


@app.command()
def report(
    file: Annotated[Path, typer.Argument(help="File that holds a sh:ValidationReport 校验报告文件")],
    form: ReportForm = None,
    output: Output = None,
) -> None:
    """Write a validation report that exists in another form. 转换已有的校验报告"""
    from zhengtu import pipeline

    with _plain_errors(status=2):
        run = pipeline.read_validation(file)
    _give(run, form, output)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on 监听地址 [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on 监听端口 [default: 8000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer queries 查询进程数 [default: 3]")] = None,
    base_url: Annotated[str | None, typer.Option(help="Address that the public sees 公开地址")] = None,
    data: Annotated[
        Path | None, typer.Option(help="N-Quads or TriG file to serve instead of the build 数据文件")
    ] = None,
    build_dir: BuildDir = None,
) -> None:
    """Serve the current build, or any N-Quads or TriG file. 启动服务"""
    from zhengtu.web import server
    from zhengtu.web.app import create_app

    with _plain_errors():
        chosen = settings.load(host=host, port=port, workers=workers, base_url=base_url, data=data, build_dir=build_dir)
        newest = _newest(chosen)
        application = create_app(newest(), chosen, newest)
        listening = _listen(chosen.host, chosen.port)
        typer.echo(f"http://{chosen.host}:{chosen.port}/  SPARQL: http://{chosen.host}:{chosen.port}/sparql")
    server.run(application, chosen, listening)


def _newest(chosen: settings.Settings) -> Callable[[], builds.Build]:
    """What gives the data to serve: the current build, or the file that the settings name."""
    if chosen.data:
        return partial(builds.of_file, chosen.data, chosen.build_dir, chosen.disk_quads)
    return partial(builds.current, chosen.build_dir)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


@app.command()
def mcp(
    http: Annotated[
        bool, typer.Option("--http", help="Listen for HTTP at /mcp [default: standard input and output] 以 HTTP 提供")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on 监听地址 [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on 监听端口 [default: 8001]")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer queries 查询进程数 [default: 3]")] = None,
    data: Annotated[
        Path | None, typer.Option(help="N-Quads or TriG file to serve instead of the build 数据文件")
    ] = None,
    build_dir: BuildDir = None,
) -> None:
    """Offer the graph to language models as read-only MCP tools, each claim with its quote. 以 MCP 工具提供图谱

    A client starts it itself and speaks over standard input and output; with --http it serves any number of clients.
    A new build is taken at the next start.
    """
    from zhengtu.mcp import http as over_http
    from zhengtu.mcp import stdio
    from zhengtu.mcp.service import Service

    with _plain_errors():
        chosen = settings.load(host=host, mcp_port=port, workers=workers, data=data, build_dir=build_dir)
        service = Service(_newest(chosen)(), chosen)
        if not http:
            stdio.run(service)
            return
        listening = _listen(chosen.host, chosen.mcp_port)
        typer.echo(f"http://{chosen.host}:{chosen.mcp_port}{over_http.PATH}")
        over_http.run(service, listening)


@app.command()
def query(
    file: Annotated[Path, typer.Argument(help="File with a SPARQL query; - reads standard input 查询文件")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=f"One of {', '.join(f.name for f in FORMATS)}, xlsx, parquet, csvw [default: csv or ttl] 格式",
        ),
    ] = None,
    columns: ColumnNames = None,
    bom: Bom = False,
    output: Output = None,
    build_dir: BuildDir = None,
) -> None:
    """Run a query over the current build. 对图谱执行查询

    csv and json are as SPARQL has them; with --columns or --bom csv is as the tables are exported.
    """
    with _plain_errors():
        build = builds.current(settings.load(build_dir=build_dir).build_dir)
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ZhengtuError(f"{file} cannot be read: {error}") from None
        if form in EXPORTED or columns or bom:
            _export_answer(build, text, form or "csv", columns, output, bom=bom)
        else:
            _put(_answered(build, text, form), output)


def _answered(build: builds.Build, text: str, form: str | None) -> bytes:
    """The answer to a query as the engine writes it."""
    answer = build.open().query(text)
    name = form or ("csv" if answer.kind == "solutions" else "ttl")
    chosen = next((f for f in formats(answer.kind) if f.name == name), None)
    if chosen is None:
        names = ", ".join(f.name for f in formats(answer.kind))
        raise ZhengtuError(f"This query's answer comes as one of {names}, not as {name}.")
    return answer.write(chosen)


def _export_answer(
    build: builds.Build, text: str, form: str, columns: "Language | None", output: Path | None, *, bom: bool
) -> None:
    """The answer to a SELECT query as the tables are exported."""
    from zhengtu.publish.exports.provenance import QUERY_TITLE, Provenance
    from zhengtu.publish.results import read_json

    chosen = _export_form(form, bom=bom)
    _refuse_terminal(chosen, output)
    answer = build.open().query(text)
    found = read_json(answer.write(SOLUTIONS) if answer.kind == "solutions" else b"")
    _put(chosen.write(found, Provenance.of(build, QUERY_TITLE, text), columns), output, bom=bom)


@app.command("audit")
def audit_report(
    form: Annotated[str, typer.Option("--format", help="summary or csv 汇总或表格")] = "summary",
    build_dir: BuildDir = None,
) -> None:
    """Tell whether the reports add up: every relation recomputed, every disagreement with its places. 核对报告数字"""
    from zhengtu.publish import audit

    if form == "csv":
        export("checks", build_dir=build_dir)
        return
    with _plain_errors():
        if form != "summary":
            raise ZhengtuError(f"There is no format {form}; choose summary or csv.")
        store = builds.current(settings.load(build_dir=build_dir).build_dir).open()
        for line in audit.summary(list(audit.audited(store))):
            typer.echo(line)


@app.command()
def export(
    table: Annotated[str, typer.Argument(help="figures, entities or checks 表名")],
    form: ExportForm = "csv",
    columns: ColumnNames = None,
    bom: Bom = False,
    output: Output = None,
    build_dir: BuildDir = None,
) -> None:
    """Write a table of the current build, with its source. 导出表格（附来源）

    xlsx and parquet are files, never text for a terminal; csvw is the metadata that lies beside the csv.
    """
    from zhengtu.publish import tables

    with _plain_errors():
        if table not in tables.TABLES:
            raise ZhengtuError(f"There is no table {table}; choose one of {', '.join(tables.TABLES)}.")
        build = builds.current(settings.load(build_dir=build_dir).build_dir)
        chosen = _export_form(form, bom=bom)
        _refuse_terminal(chosen, output)
        found = tables.TABLES[table].read(build.open())
        _put(chosen.write(found, tables.provenance(build, table), columns), output, bom=bom)


def _export_form(name: str, *, bom: bool) -> "Form":
    from zhengtu.publish.exports import FORMS

    if name not in FORMS:
        raise ExportMalformed(f"没有格式 {name}。 There is no format {name}; choose one of {', '.join(FORMS)}.")
    if bom and name != "csv":
        raise ExportMalformed(f"--bom 只用于 csv。 --bom is for csv; {name} has no byte order mark.")
    return FORMS[name]


def _refuse_terminal(form: "Form", output: Path | None) -> None:
    if not form.is_text and output is None and sys.stdout.isatty():
        raise ExportMalformed(
            f"{form.name} 不是文本，请用 --output 文件名。 {form.name} is no text for a terminal; give --output FILE."
        )


def _put(written: bytes, output: Path | None, *, bom: bool = False) -> None:
    """To a file or to standard output."""
    from zhengtu.publish.exports.csv import BOM

    written = BOM + written if bom else written
    if output is None:
        sys.stdout.buffer.write(written)
    else:
        output.write_bytes(written)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="What to look for; every word must occur 要找的字词")],
    lang: Annotated[Literal["zh", "en"], typer.Option(help="Language of titles 标题语言")] = "zh",
    kind: Annotated[str, typer.Option(help="CURIE of a class, as zt:Initiative 类别")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most results 最多条数")] = 20,
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="Table or JSON 表格或 JSON")] = "table",
    build_dir: BuildDir = None,
) -> None:
    """Find things by names, indicators, statements and quotes; none found ends with status 1. 搜索名称、指标与原文"""
    from zhengtu.publish import search as publish

    with _plain_errors():
        question = " ".join(words)
        found = publish.find(settings.load(build_dir=build_dir).build_dir, question, kind, limit)
        for note in publish.notes(found):
            _say(note.zh if lang == "zh" else note.en)
        if form == "json":
            typer.echo(publish.as_json(found, question, kind))
        elif found.hits:
            publish.print_table(found, lang)
        if not found.hits:
            raise typer.Exit(1)


@app.command()
def questions(
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="Table or JSON 表格或 JSON")] = "table",
    lang: Language_ = "zh",
) -> None:
    """List the questions that can be asked, with their parameters. 列出可以回答的问题"""
    import json

    from zhengtu.publish.pack import as_data, pack_of
    from zhengtu.publish.records import print_questions

    with _plain_errors():
        if form == "json":
            typer.echo(json.dumps([as_data(question) for question in pack_of()], ensure_ascii=False, indent=2))
        else:
            print_questions(pack_of(), lang)


@app.command()
def ask(
    name: Annotated[str, typer.Argument(metavar="ID", help="Number or name of the question 问题编号或名称")],
    param: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="A thing by any of its names, a year or a number; repeat for several; NAME=* for all "
            "参数：名称、年度或数值，可重复；NAME=* 表示不限",
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv, json, xlsx, parquet or csvw 输出格式")] = "table",
    lang: Language_ = "zh",
    columns: ColumnNames = None,
    bom: Bom = False,
    output: Output = None,
    build_dir: BuildDir = None,
) -> None:
    """Answer one of the questions, with the quotes and their places. 回答一个问题（附原文与位置）"""
    from zhengtu.publish.exports.provenance import Provenance
    from zhengtu.publish.pack import Pack
    from zhengtu.publish.records import print_answer

    with _plain_errors():
        build = builds.current(settings.load(build_dir=build_dir).build_dir)
        pack = Pack(build.open())
        question = pack.find(name)
        chosen = None if form == "table" else _export_form(form, bom=bom)
        if chosen is not None:
            _refuse_terminal(chosen, output)
        text, found = pack.ask(question, _given(param or []), (lang, "en" if lang == "zh" else "zh"))
        if chosen is None:
            print_answer(question, found, lang)
        else:
            about = Provenance.of(build, question.title, text, name=question.slug)
            _put(chosen.write(found, about, columns), output, bom=bom)


def _given(pairs: list[str]) -> dict[str, list[str]]:
    """The values of parameters by their name. Raises ZhengtuError where no = stands."""
    given: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ZhengtuError(f"--param 应为 名称=值，而不是“{pair}”。 --param is NAME=VALUE, not {pair!r}.")
        given.setdefault(name.strip(), []).append(value)
    return given


@app.command()
def load(
    url: Annotated[str, typer.Argument(help="Address of the remote SPARQL query endpoint 远程 SPARQL 查询端点的地址")],
    gsp: Annotated[
        str | None, typer.Option(metavar="URL", help="Write by the Graph Store Protocol to URL 以图存储协议写入该地址")
    ] = None,
    update: Annotated[
        str | None, typer.Option(metavar="URL", help="Write by SPARQL Update to URL 以 SPARQL 更新写入该地址")
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(help=f"User; the password is ${PASSWORD} or asked for 用户名；密码取自环境变量或提示输入"),
    ] = None,
    auth: Annotated[Literal["basic", "digest"], typer.Option(help="How the password is sent 密码的传送方式")] = "basic",
    build_dir: BuildDir = None,
) -> None:
    """Load the current build into a remote store, each graph replaced whole. 将当前构建载入远程存储，逐图整体替换"""
    from zhengtu.store import loading
    from zhengtu.store.access import Credentials

    with _plain_errors():
        whole = builds.current(settings.load(build_dir=build_dir).build_dir)
        if bool(gsp) == bool(update):
            raise SettingsError("Give one of --gsp URL and --update URL. 请在 --gsp 与 --update 中择一给出地址")
        credentials = Credentials(user, _password(user), auth) if user else None
        target = loading.Target("gsp" if gsp else "update", gsp or update or "", url, credentials)
        loaded = loading.load_build(
            whole, target, lambda graph, sent, every: _say(f"{graph}: {sent} of {every} triples 条三元组")
        )
        for graph in loaded.left_over:
            _say(f"{graph}: not in this build, left alone 不在本次构建中，未作改动")
        typer.echo(
            f"loaded and counted 已载入并核对: {len(loaded.graphs)} graphs, {sum(loaded.graphs.values())} triples"
        )


def _password(user: str) -> str:
    return os.environ.get(PASSWORD) or str(typer.prompt(f"Password of {user} 密码", hide_input=True, err=True))


@app.command(name="settings")
def list_settings() -> None:
    """List every setting with its default and its meaning. 列出全部设置"""
    for line in settings.table():
        typer.echo(line)


@app.command()
def version() -> None:
    """Print the version. 显示版本"""
    typer.echo(__version__)
