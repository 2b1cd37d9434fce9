"""The code of an error of the store in, what it means and what to do out, in Chinese and English."""

import re
from typing import NamedTuple

from zhengtu import errors

WHERE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
"""How the engine says where a query is wrong: line, column, what it expected."""


class Words(NamedTuple):
    """A title and an advice, each in Chinese and English."""

    title_zh: str
    title_en: str
    advice_zh: str
    advice_en: str


SAID: dict[str, Words] = {
    errors.QueryMalformed.code: Words(
        "查询语法有误", "The query is not SPARQL", "请更正查询后重试", "Correct the query"
    ),
    errors.QueryRefused.code: Words(
        "此端点不执行该请求", "This endpoint does not do that", "请去掉该部分", "Leave that part out"
    ),
    errors.QueryTooComplex.code: Words(
        "查询嵌套或串联过深", "The query nests or chains too deep", "请拆分查询", "Split the query"
    ),
    errors.QueryTooLong.code: Words("查询过长", "The query is too long", "请缩短查询", "Shorten the query"),
    errors.QueryTooSlow.code: Words(
        "查询超时，已停止",
        "The query took too long and was stopped",
        "加 LIMIT 或更具体的条件",
        "Add LIMIT or narrow it",
    ),
    errors.QueryTooHungry.code: Words(
        "查询占用内存过多，已停止",
        "The query needed too much memory and was stopped",
        "请缩小查询范围",
        "Narrow the query",
    ),
    errors.QueryInterrupted.code: Words("查询被中断", "The query was interrupted", "请重新提交查询", "Ask again"),
    errors.ResultTooLarge.code: Words(
        "结果过大，未返回",
        "The answer is too large and was not sent",
        "加 LIMIT，或下载数据文件",
        "Add LIMIT, or take the dump",
    ),
    errors.ServiceBusy.code: Words("服务繁忙", "The service is busy", "请稍后再试", "Try again later"),
    errors.SourceFailed.code: Words(
        "查询所调用的服务无应答", "A service that the query calls did not answer", "请稍后再试", "Try again later"
    ),
    errors.SearchTooSlow.code: Words(
        "搜索超时，已停止",
        "The search took too long and was stopped",
        "请用更少或更具体的词",
        "Use fewer or more specific words",
    ),
    "budget": Words(
        "该客户端一分钟内的查询时间已用完",
        "This client has used its query time of a minute",
        "请稍后再试，或简化查询",
        "Try again later, or ask for less",
    ),
}


def place(detail: str, most: int) -> str:
    """What the engine says against a query, with line and column in words; at most `most` characters of its own."""
    if found := WHERE.match(detail):
        line, column, said = found.groups()
        return f"第 {line} 行第 {column} 列 / line {line}, column {column}: {' '.join(said.split())[:most]}"
    return detail
