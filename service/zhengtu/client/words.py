"""An error of a store in, the same error with what to do in Chinese and English out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from zhengtu import errors
from zhengtu.errors import RemoteBusy, StoreError
from zhengtu.publish.problems import SAID, place

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


def _sentence(title: str, advice: str) -> str:
    return f"{title[0].lower()}{title[1:]}: {advice[0].lower()}{advice[1:]}"


WORDS: dict[str, Advice] = {
    **{
        code: Advice(f"{said.title_zh}：{said.advice_zh}", _sentence(said.title_en, said.advice_en))
        for code, said in SAID.items()
    },
    errors.BuildMissing.code: Advice(
        "没有构建：请先运行 zhengtu build，并给出其输出目录",
        "there is no build: run `zhengtu build` first, and give the folder that it writes",
    ),
    errors.BuildDamaged.code: Advice(
        "构建已损坏：请重新运行 zhengtu build", "the build is damaged: run `zhengtu build` again"
    ),
    errors.QueryTooSlow.code: Advice(
        "查询超时：请加 LIMIT 或更具体的条件，或增大 timeout",
        "the query took too long: add LIMIT or narrow it, or give a longer timeout",
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
    advice, detail = WORDS[error.code], place(str(error), ENGINE_CHARS)
    text = f"{source} {advice.zh}。 {source}: {advice.en}. [{detail}]"
    return type(error)(text, error.retry_after) if isinstance(error, RemoteBusy) else type(error)(text)
