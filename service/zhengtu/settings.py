"""Environment (ZHENGTU_…) or .env file in, one frozen Settings out; read when asked, never at import."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from zhengtu import rooms
from zhengtu.errors import SettingsError

PREFIX = "ZHENGTU_"
_SERVICE = r"https?://[A-Za-z0-9._~:/?@&=+%;-]+"


class Settings(BaseSettings):
    """Every setting with its help; the command line offers the same names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default_factory=rooms.data, description="Folder with reference/, schemas/ and reports/ 数据目录"
    )
    build_dir: Path = Field(default=Path("build"), description="Folder that a build writes 构建输出目录")
    host: str = Field(default="127.0.0.1", description="Address that the service listens on 监听地址")
    base_url: str = Field(
        default="", description="Address that the public sees, with any path before /sparql; empty: as asked 公开地址"
    )
    data: Path | None = Field(
        default=None, description="N-Quads or TriG file to serve instead of the build 代替构建的数据文件"
    )
    disk_quads: int = Field(
        default=1_000_000, ge=0, description="Graphs of more quads than this are served from disk 超过此数则从磁盘读取"
    )
    workers: int = Field(default=3, ge=2, le=64, description="Worker processes that answer queries 查询进程数")
    query_seconds: float = Field(default=30, gt=0, description="Longest time of one query, in seconds 单个查询最长秒数")
    slow_seconds: float = Field(
        default=0.2,
        gt=0,
        description="A query that runs longer yields; one less than the workers may 超过此时长的查询让位于其他查询",
    )
    worker_memory_mb: int = Field(default=1536, ge=256, description="Memory of one worker, in MB 单个进程内存上限")
    result_bytes: int = Field(default=50_000_000, ge=1000, description="Largest answer, in bytes 单个结果最大字节数")
    query_chars: int = Field(
        default=200_000, ge=100, description="Longest query text, in characters 查询文本最长字符数"
    )
    query_depth: int = Field(
        default=64, ge=8, le=200, description="Deepest nesting of brackets in a query 括号最深层数"
    )
    query_chain: int = Field(default=300, ge=50, le=1000, description="Most operators in one group 一组内最多运算符数")
    service_allow: str = Field(
        default="",
        pattern=rf"^({_SERVICE}(,{_SERVICE})*)?$",
        description="IRIs that SERVICE may call, written out, with commas between; empty: none 允许 SERVICE 访问的端点",
    )
    queue_length: int = Field(default=64, ge=0, description="Most queries that wait 最多等待的查询数")
    queue_seconds: float = Field(default=10, gt=0, description="Longest wait for a worker, in seconds 最长等待秒数")
    client_seconds: float = Field(
        default=120,
        ge=0,
        description="Query seconds of one client in a minute, 0 for no limit 每个客户端每分钟查询秒数",
    )
    body_bytes: int = Field(default=1_000_000, ge=1000, description="Largest request body, in bytes 请求体最大字节数")
    upload_bytes: int = Field(
        default=10_000_000, ge=1000, description="Largest file that /validate takes, in bytes 校验文件最大字节数"
    )
    validate_seconds: float = Field(
        default=120, gt=0, description="Longest time of one validation, in seconds 单次校验最长秒数"
    )
    export_seconds: float = Field(
        default=30, gt=0, description="Longest time of writing one export, in seconds 写出单个导出文件最长秒数"
    )
    cache_bytes: int = Field(default=64_000_000, ge=0, description="Memory for answers given before 结果缓存字节数")
    url_bytes: int = Field(
        default=8192, ge=256, description="Longest address of a request, in bytes 请求网址最大字节数"
    )
    header_bytes: int = Field(
        default=16_384, ge=1024, description="Largest headers of a request together, in bytes 请求头合计最大字节数"
    )
    receive_seconds: float = Field(
        default=20, gt=0, description="Longest time for a request to arrive, in seconds 接收一个请求的最长秒数"
    )
    send_seconds: float = Field(
        default=20, gt=0, description="Longest time that a client may stop reading, in seconds 客户端停止接收的最长秒数"
    )
    keep_alive_seconds: int = Field(
        default=5, ge=0, description="How long a connection stays open between requests 空闲连接保持秒数"
    )
    connections: int = Field(default=500, ge=1, description="Most connections at the same time 最多同时连接数")
    proxies: str = Field(
        default="127.0.0.1",
        description="Proxies whose X-Forwarded-For and -Proto are believed, with commas between 可信反向代理的地址",
    )
    log_requests: bool = Field(default=True, description="Write a line for every request to the log 日志记录每个请求")
    log_clients: bool = Field(default=False, description="Write the addresses of clients to the log 日志记录客户端地址")
    log_queries: bool = Field(default=False, description="Write the text of queries to the log 日志记录查询文本")
    mcp_port: int = Field(
        default=8001, ge=1, le=65535, description="Port that `zhengtu mcp --http` listens on MCP 服务的监听端口"
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port that the service listens on 监听端口")

    @property
    def services(self) -> tuple[str, ...]:
        """The IRIs that SERVICE may call."""
        return tuple(filter(None, self.service_allow.split(",")))


def table() -> list[str]:
    """Every setting with its default and its help, as lines of a Markdown table."""
    rows = [f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |" for name, field in _fields()]
    return ["| Variable 变量 | Default 默认值 | Meaning 含义 |", "|---|---|---|", *rows]


def _fields() -> list[tuple[str, FieldInfo]]:
    return sorted(Settings.model_fields.items())


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "built in 内置"
    return f"`{field.default}`" if field.default not in (None, "") else ""


def load(**overrides: object) -> Settings:
    """Settings from the environment; `overrides` that are not None win.

    Raises SettingsError naming every field that cannot be used.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"Setting cannot be used: {faults}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env is not UTF-8: byte {error.start}") from None
