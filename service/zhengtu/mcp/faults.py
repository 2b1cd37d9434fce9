"""An error in, one sentence for the caller out, in Chinese and English; no trace, no path."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from zhengtu.errors import ArgumentWrong, QuestionError, ToolError, ZhengtuError
from zhengtu.model import Label
from zhengtu.publish.printable import printable
from zhengtu.publish.problems import SAID, WHERE

MOST_CHARS = 300
UNSPECIFIC = Label("服务暂时无法应答；请稍后再试。", "The service cannot answer; try again later.")
_BOUNDS = {
    "missing": Label("缺少该参数", "it is missing"),
    "extra_forbidden": Label("没有这个参数", "there is no such argument"),
    "string_too_long": Label("最多 {max_length} 个字符", "at most {max_length} characters"),
    "string_too_short": Label("不能为空", "it must not be empty"),
    "string_type": Label("须为文字", "it must be text"),
    "greater_than_equal": Label("不得小于 {ge}", "at least {ge}"),
    "less_than_equal": Label("不得大于 {le}", "at most {le}"),
    "too_long": Label("最多 {max_length} 项", "at most {max_length} values"),
}
_OTHER = Label("取值不合要求，见该工具的参数说明", "it does not fit the input schema of the tool")


def told(error: ZhengtuError) -> str:
    """The sentence with the code of the error; only errors that are the request's own tell their detail."""
    if isinstance(error, ToolError | QuestionError):
        return f"{error.zh} {error.en} [{error.code}]"
    words = SAID.get(error.code)
    if words is None:
        return f"{UNSPECIFIC.zh} {UNSPECIFIC.en} [{error.code}]"
    return (
        f"{words.title_zh}；{words.advice_zh}。{words.title_en}. {words.advice_en}. "
        f"{_detail(str(error))} [{error.code}]"
    )


def argument_wrong(error: ValidationError) -> ArgumentWrong:
    """What is wrong with the arguments of a call; values are not repeated."""
    faults = [_fault(fault) for fault in error.errors(include_url=False, include_input=False)[:5]]
    return ArgumentWrong(
        f"参数有误：{'；'.join(fault.zh for fault in faults)}。",
        f"Wrong arguments: {'; '.join(fault.en for fault in faults)}.",
    )


def _fault(fault: ErrorDetails) -> Label:
    name = ".".join(str(part) for part in fault["loc"])[:80] or "?"
    words = _BOUNDS.get(fault["type"], _OTHER)
    zh, en = (said.format(**fault.get("ctx", {})) for said in (words.zh, words.en))
    return Label(f"{printable(name)}：{zh}", f"{printable(name)}: {en}")


def _detail(said: str) -> str:
    if found := WHERE.match(said):
        said = f"line {found[1]}, column {found[2]}: {found[3]}"
    return printable(" ".join(said.split()))[:MOST_CHARS]
