"""An error of a store in, the same error with what to do in Chinese and English out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from zhengtu import errors
from zhengtu.errors import RemoteBusy, StoreError

ENGINE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
ENGINE_CHARS = 300


class Advice(NamedTuple):
    """What is wrong and what to do, in Chinese and in English."""

    zh: str
    en: str


NOT_HERE = Advice(
    "该地址没有给出 SPARQL 结果：请核对地址（网站首页以 / 结尾，或完整的 /sparql 地址）",
    "this address gives no SPARQL answer: check it (the home page, ending in /, or the whole address of /sparql)",
)
REACH = Advice(
    "无法连接：请确认地址无误、网络可用、服务已启动（zhengtu serve）",
    "it cannot be reached: check the address and the network, and that it is served (zhengtu serve)",
)
WORDS: dict[str, Advice] = {
    errors.BuildMissing.code: Advice(
        "没有构建：请先运行 zhengtu build，并给出其输出目录",
        "there is no build: run `zhengtu build` first, and give the folder that it writes",
    ),
    errors.BuildDamaged.code: Advice(
        "构建已损坏：请重新运行 zhengtu build", "the build is damaged: run `zhengtu build` again"
    ),
    errors.QueryMalformed.code: Advice(
        "查询语法有误：请按所示位置更正", "the query is not SPARQL: correct it where it is said"
    ),
    errors.QueryRefused.code: Advice("不执行该查询：请去掉该部分", "it does not do this: leave that part out"),
    errors.QueryTooComplex.code: Advice(
        "查询嵌套或串联过深：请拆分查询", "the query nests or chains too deep: split it"
    ),
    errors.QueryTooLong.code: Advice("查询过长：请缩短查询", "the query is too long: shorten it"),
    errors.QueryTooSlow.code: Advice(
        "查询超时：请加 LIMIT 或更具体的条件，或增大 timeout",
        "the query took too long: add LIMIT or narrow it, or give a longer timeout",
    ),
    errors.QueryTooHungry.code: Advice(
        "查询占用内存过多：请缩小查询范围", "the query needed too much memory: narrow it"
    ),
    errors.ResultTooLarge.code: Advice(
        "结果过大：请加 LIMIT、少选列，或下载数据文件",
        "the answer is too large: add LIMIT, select fewer columns, or take the dump",
    ),
    errors.SourceFailed.code: Advice(
        "查询所调用的服务或数据无法读取：请稍后再试", "a service or data that the query needs cannot be read: try later"
    ),
    errors.SearchTooSlow.code: Advice(
        "搜索超时：请用更少或更具体的词", "the search took too long: use fewer or more specific words"
    ),
    errors.RemoteBusy.code: Advice("服务繁忙，多次重试未果：请稍后再试", "it is busy, asked several times: try later"),
    errors.RemoteUnreachable.code: REACH,
    errors.RemoteUnavailable.code: NOT_HERE,
    errors.RemoteAnswerBroken.code: NOT_HERE,
    errors.RemoteAnswerCut.code: Advice(
        "结果未传完即中断，多次重试未果：请检查网络后再试",
        "its answer broke off, several times: check the network and try again",
    ),
}


@contextmanager
def told(source: str) -> Iterator[None]:
    """Tell an error of a store with what to do; it stays an error of its class."""
    try:
        yield
    except StoreError as error:
        if error.code not in WORDS:
            raise
        raise _again(error, source) from None


def _again(error: StoreError, source: str) -> StoreError:
    advice, detail = WORDS[error.code], _place(str(error))
    text = f"{source} {advice.zh}。 {source}: {advice.en}. [{detail}]"
    return type(error)(text, error.retry_after) if isinstance(error, RemoteBusy) else type(error)(text)


def _place(detail: str) -> str:
    """Line and column in words, where the engine says them."""
    if found := ENGINE.match(detail):
        line, column, said = found.groups()
        return f"第 {line} 行第 {column} 列 / line {line}, column {column}: {' '.join(said.split())[:ENGINE_CHARS]}"
    return detail
