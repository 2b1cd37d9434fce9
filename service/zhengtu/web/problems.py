"""An error in, a problem answer out (RFC 9457): what is wrong and what to do, in both languages; no trace, no path."""

from html import escape

from starlette.responses import HTMLResponse, JSONResponse, Response

from zhengtu import errors
from zhengtu.namespaces import BASE
from zhengtu.publish.problems import SAID, WHERE, Words, place

RETRY_AFTER = "5"

WORDS: dict[str, Words] = {
    **SAID,
    "search-malformed": Words(
        "没有这样的页码或格式", "There is no such page or format", "请按所列更正", "Use what is listed"
    ),
    errors.ExportMalformed.code: Words(
        "导出的格式或选项有误", "There is no such form or option", "请用所列之一", "Use one of those listed"
    ),
    errors.NotATable.code: Words(
        "只有 SELECT 查询可以导出为表格",
        "Only a SELECT query can be exported as a table",
        "请改为 SELECT",
        "Use SELECT",
    ),
    errors.TableTooLarge.code: Words(
        "此格式容不下这么大的表", "The form cannot hold so large a table", "请改用其他格式", "Take another form"
    ),
    errors.ExportTooSlow.code: Words(
        "导出超时，已停止", "The export took too long and was stopped", "请缩小结果", "Ask for less"
    ),
    errors.ExportTooHungry.code: Words(
        "导出占用内存过多，已停止",
        "The export needed too much memory and was stopped",
        "请缩小结果，或改用 CSV",
        "Ask for less, or take CSV",
    ),
    errors.QuestionUnknown.code: Words(
        "没有这个问题", "There is no such question", "请从问题列表中选择", "Choose one of the list"
    ),
    errors.ParameterUnknown.code: Words(
        "问题没有这个参数", "The question has no such parameter", "请用所列参数", "Use those listed"
    ),
    errors.ParameterWrong.code: Words(
        "参数的值有误", "The parameter cannot have this value", "请按所列示例填写", "Write it as the examples are"
    ),
    "not-acceptable": Words(
        "无可用格式", "No acceptable format", "请改用所列格式", "Ask for one of the formats listed"
    ),
    "media-type": Words("请求体类型不支持", "Media type not supported", "请用所列类型", "Use one of the types listed"),
    "too-large": Words("请求过大", "The request is too large", "请缩短请求", "Shorten the request"),
    "request-malformed": Words("请求不符合 HTTP", "The request is not HTTP", "请更正请求", "Correct the request"),
    "request-too-slow": Words("请求发送过慢", "The request took too long to arrive", "请尽快发送", "Send it faster"),
    "crowded": Words(
        "前面还有文件在等待校验", "Other files are waiting for their validation", "请稍后再试", "Try again later"
    ),
    "no-file": Words(
        "表单中没有文件", "The form holds no file", "请选择文件（字段 file）", "Choose a file (field: file)"
    ),
    "file-type": Words(
        "不读取这种文件", "This kind of file is not read", "请存为所列格式之一", "Save it in one of the formats listed"
    ),
    "validation-gone": Words(
        "没有这个校验结果", "There is no such validation", "请重新上传文件", "Upload the file again"
    ),
    "not-found": Words("没有这个文件", "There is no such file", "请用所列之一", "Use one of those listed"),
    "method": Words("不支持该方法", "Method not allowed", "请用 GET 或 POST", "Use GET or POST"),
}
UNSPECIFIC = Words("服务暂时无法应答", "The service cannot answer", "请稍后再试", "Try again later")


def problem(error: errors.ZhengtuError, instance: str, *, browser: bool) -> Response:
    """The answer to a request that raised `error`; only errors that are the request's own tell their detail."""
    return answer(error.status, error.code, str(error) if error.code in WORDS else "", instance, browser=browser)


def answer(status: int, code: str, detail: str, instance: str, *, browser: bool) -> Response:
    """A problem answer: a page for a browser, problem JSON for everyone else."""
    words = WORDS.get(code, UNSPECIFIC)
    body: dict[str, object] = {
        "type": f"{BASE}problem/{code}",
        "title": f"{words.title_zh} / {words.title_en}",
        "status": status,
        "detail": detail,
        "advice": f"{words.advice_zh} / {words.advice_en}",
        "instance": instance,
    }
    if found := WHERE.match(detail):
        line, column = int(found[1]), int(found[2])
        body |= {"line": line, "column": column, "engine": " ".join(found[3].split())[:400]}
        body["detail"] = place(detail, 160)
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff", "Access-Control-Allow-Origin": "*"}
    if status in (errors.ServiceBusy.status, 429):
        headers["Retry-After"] = RETRY_AFTER
    if browser:
        return HTMLResponse(_page(words, str(body["detail"])), status, headers | {"Content-Security-Policy": CSP})
    return JSONResponse(body, status, headers, media_type="application/problem+json")


CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


def _page(words: Words, detail: str) -> str:
    return (
        '<!doctype html>\n<html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{words.title_zh} / {words.title_en}</title></head><body><main>"
        f'<h1>{words.title_zh}<br><span lang="en">{words.title_en}</span></h1>'
        f"<p><code>{escape(detail)}</code></p>"
        f'<p>{words.advice_zh}。 <span lang="en">{words.advice_en}.</span></p></main></body></html>\n'
    )
