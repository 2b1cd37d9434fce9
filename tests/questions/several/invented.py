"""What the invented reports say: three prefectures, counties of two of them, and the real body a year earlier."""

from collections.abc import Sequence

from tests.questions.several.reports import Row, Told, entity, figure, place

NOTICE = entity("notice-5", "policy", "粤财绩〔2024〕5号")
NOTICE_NUMBERS: Sequence[Row] = ({"quote": "粤财绩〔2024〕5号", "reason": "document-number"},)
PLACES = (
    place("jia", "甲市", "guangdong", "449100"),
    place("yi", "乙市", "guangdong", "449200"),
    place("bing", "丙市", "hunan", "439100"),
    place("zi", "子县", "jia", "449121"),
    place("chou", "丑县", "jia", "449122"),
    place("yin", "寅县", "yi", "449221"),
    place("mao", "卯县", "yi", "449222"),
)


def all_of(quote: str, reason: str) -> Row:
    """A number of the text that is no figure, wherever it stands."""
    return {"quote": quote, "reason": reason, "occurrence": "all"}


def target(about: str, indicator: str, printed: str) -> tuple[str, Row]:
    """A target of the year."""
    return figure(about, indicator, printed, role="target")


def first(about: str, text: str) -> tuple[str, Row]:
    """A claim to be the first."""
    return "claims", {"about": about, "type": "superlative", "period": "2024", "text": text}


def related(subject: str, predicate: str, obj: str, basis: str = "stated") -> tuple[str, Row]:
    """A relation."""
    return "relations", {"subject": subject, "predicate": predicate, "object": obj, "basis": basis}


JIA = Told(
    "jia-zsj-2024",
    "jia",
    "jia-data-bureau",
    "甲市政务服务和数据管理局",
    (
        ("甲热线接通率目标值≥90%。", [target("jia-hotline", "hotline-connection-rate", "≥90%")]),
        ("甲热线接通率实际完成96.10%。", [figure("jia-hotline", "hotline-connection-rate", "96.10%")]),
        ("甲热线满意度目标值≥98%。", [target("jia-hotline", "hotline-satisfaction", "≥98%")]),
        ("甲热线满意度实际完成97.70%。", [figure("jia-hotline", "hotline-satisfaction", "97.70%")]),
        ("甲热线受理诉求300万宗。", [figure("jia-hotline", "hotline-requests", "300万宗")]),
        ("工单转派目标值≥99%。", [target("jia-hotline", "hotline-timely-transfer-rate", "≥99%")]),
        ("平均响应时效目标值≤2小时。", [target("jia-hotline", "average-response-time", "≤2小时")]),
        ("平均响应时效为3小时。", [figure("jia-hotline", "average-response-time", "3小时")]),
        ("影像质检目标值95%。", [target("jia-hotline", "imagery-quality-pass-rate", "95%")]),
        ("影像质检超95%。", [figure("jia-hotline", "imagery-quality-pass-rate", "超95%")]),
        ("年末常住人口500万人。", [figure("jia-data-bureau", "resident-population", "500万人")]),
        ("便民服务站改造完成率100%。", [figure("jia-sanhua", "village-station-renovation-rate", "100%")]),
        ("便民服务站共1000个。", [figure("jia-sanhua", "village-stations", "1000个")]),
        ("改造便民服务站超800个。", [figure("jia-sanhua", "village-stations-renovated", "超800个")]),
        ("甲科技牵头建成全国首个低空行业数据空间。", [
            first("jia-low-altitude-space", "全国首个低空行业数据空间"),
            related("jia-low-altitude-space", "zt:leadOrganisation", "jia-tech"),
            related("jia-low-altitude-space", "zt:operator", "jia-data-bureau", "inferred"),
        ]),
        ("甲云眼由甲机库组成，服务甲科技，升空60次。", [
            related("jia-hangar", "dcterms:isPartOf", "jia-eye"),
            related("jia-eye", "zt:targetGroup", "jia-tech"),
            figure("jia-hangar", "drone-dispatches", "60次"),
        ]),
        ("甲机库设甲机位。", [related("jia-pad", "dcterms:isPartOf", "jia-hangar")]),
        ("甲云眼获省政府表彰。", [("recognitions", {
            "recipient": "jia-eye", "title_zh": "省政府表彰", "title_en": "Commendation of the province",
            "type": "commendation", "conferred_by": "jia-province", "level": "provincial", "period": "2024",
        })]),
        ("出台《甲市数据条例》，规范甲云眼。", [
            related("jia-rules", "eli:passed_by", "jia-data-bureau"),
            related("jia-rules", "zt:covers", "jia-eye"),
        ]),
        ("按粤财绩〔2024〕5号自评99.80分。", [
            figure("jia-data-bureau", "self-evaluation-score", "99.80分"),
        ]),
    ),
    (
        entity("jia-hotline", "public-service", "甲热线"),
        entity("jia-sanhua", "reform", "便民服务站"),
        entity("jia-low-altitude-space", "data-space", "低空行业数据空间", status="completed", status_text="建成"),
        entity("jia-tech", "company", "甲科技"),
        entity("jia-eye", "programme", "甲云眼"),
        entity("jia-hangar", "facility", "甲机库"),
        entity("jia-pad", "facility", "甲机位"),
        entity("jia-rules", "policy", "甲市数据条例", status_text="出台"),
        entity("jia-province", "public-body", "省政府"),
        NOTICE,
    ),
    numbers=NOTICE_NUMBERS,
)  # fmt: skip
YI = Told(
    "yi-zsj-2024",
    "yi",
    "yi-data-bureau",
    "乙市政务服务和数据管理局",
    (
        ("乙热线接通率目标值≥90%。", [target("yi-hotline", "hotline-connection-rate", "≥90%")]),
        ("乙热线接通率实际完成99.00%。", [figure("yi-hotline", "hotline-connection-rate", "99.00%")]),
        ("乙热线满意度目标值≥95%。", [target("yi-hotline", "hotline-satisfaction", "≥95%")]),
        ("乙热线满意度实际完成97.70%。", [figure("yi-hotline", "hotline-satisfaction", "97.70%")]),
        ("乙热线受理诉求350万宗。", [figure("yi-hotline", "hotline-requests", "350万宗")]),
        ("年末常住人口1000万人。", [figure("yi-data-bureau", "resident-population", "1000万人")]),
        ("便民服务站改造完成率97%。", [figure("yi-sanhua", "village-station-renovation-rate", "97%")]),
        ("便民服务站共1000个。", [figure("yi-sanhua", "village-stations", "1000个")]),
        ("率先建成全省首个低空行业数据空间。", [first("yi-low-altitude-space", "全省首个低空行业数据空间")]),
        ("首创乙式窗口。", [first("yi-window", "首创乙式窗口")]),
        ("按粤财绩〔2024〕5号自评98.50分。", [figure("yi-data-bureau", "self-evaluation-score", "98.50分")]),
    ),
    (
        entity("yi-hotline", "public-service", "乙热线"),
        entity("yi-sanhua", "reform", "便民服务站"),
        entity("yi-low-altitude-space", "data-space", "低空行业数据空间"),
        entity("yi-window", "facility", "乙式窗口"),
        NOTICE,
    ),
    numbers=NOTICE_NUMBERS,
)
BING = Told(
    "bing-zsj-2024",
    "bing",
    "bing-data-bureau",
    "丙市政务服务和数据管理局",
    (
        ("丙热线接通率90.00%。", [figure("bing-hotline", "hotline-connection-rate", "90.00%")]),
        ("便民服务站改造完成率50%。", [figure("bing-sanhua", "village-station-renovation-rate", "50%")]),
        ("建成全省首个低空行业数据空间。", [first("bing-low-altitude-space", "全省首个低空行业数据空间")]),
        ("自评95.00分。", [figure("bing-data-bureau", "self-evaluation-score", "95.00分")]),
    ),
    (
        entity("bing-hotline", "public-service", "丙热线"),
        entity("bing-sanhua", "reform", "便民服务站"),
        entity("bing-low-altitude-space", "data-space", "低空行业数据空间"),
    ),
)


def county(identifier: str, name: str, requests: str, stations: str) -> Told:
    """A county's report: requests received, service stations."""
    hotline, reform = f"{identifier}-hotline", f"{identifier}-sanhua"
    return Told(
        f"{identifier}-zsj-2024",
        identifier,
        f"{identifier}-data-bureau",
        f"{name}政务服务和数据管理局",
        (
            (f"本县热线受理诉求{requests}。", [figure(hotline, "hotline-requests", requests)]),
            (f"便民服务站共{stations}。", [figure(reform, "village-stations", stations)]),
            ("改造便民服务站100个。", [figure(reform, "village-stations-renovated", "100个")]),
        ),
        (entity(hotline, "public-service", "本县热线"), entity(reform, "reform", "便民服务站")),
    )


YEAR_BEFORE = Told(
    "huizhou-zsj-2023",
    "huizhou",
    "huizhou-data-bureau",
    "惠州市政务服务和数据管理局",
    (
        ("12345热线诉求量150万宗。", [figure("hotline-12345", "hotline-requests", "150万宗", period="2023")]),
        ("共建专题库4个。", [
            figure("huizhou-data-bureau", "thematic-databases", "4个", period="2023", scope="built-together"),
        ]),
        ("会议费决算数1.80万元。", [
            figure("huizhou-data-bureau", "meeting-expense", "1.80万元", period="2023", role="final-account"),
        ]),
        ("谋划低空行业数据空间。", [related("low-altitude-space", "zt:builder", "huizhou-data-bureau")]),
        ("自评99.00分。", [figure("huizhou-data-bureau", "self-evaluation-score", "99.00分", period="2023")]),
    ),
    (
        entity("hotline-12345", "public-service", "12345热线"),
        entity("low-altitude-space", "data-space", "低空行业数据空间", status="planned", status_text="谋划"),
    ),
    scopes=({"id": "built-together", "name_zh": "协同首席数据官单位共建", "name_en": "Built together"},),
    year=2023,
    numbers=(all_of("12345热线", "name"),),
)  # fmt: skip
REPORTS = (
    JIA,
    YI,
    BING,
    YEAR_BEFORE,
    county("zi", "子县", "100万宗", "400个"),
    county("chou", "丑县", "200万宗", "500个"),
    county("mao", "卯县", "30万宗", "2000个"),
)
