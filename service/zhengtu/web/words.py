"""What the pages say, in each language; both have the same keys."""

ZH: dict[str, str] = {
    "lang": "zh-Hans",
    "key": "zh",
    "other": "en",
    "other_lang": "en",
    "other_name": "English",
    "title": "政图：数字政府成效知识图谱",
    "heading": "政府说做成了什么，逐句可查",
    "lede": "政图把政府部门的《部门整体支出绩效自评报告》变成关联数据：每个数值、每条陈述、每个关系都是一个节点，"
    "并锚定到原文的确切引文。您可以用 SPARQL 查询，也可以把表格带走。",
    "reports": "报告",
    "figures": "数值陈述",
    "entities": "命名事物",
    "claims": "文字陈述",
    "relations": "关系",
    "recognitions": "荣誉",
    "objectives": "绩效目标",
    "query": "查询",
    "query_label": "SPARQL 1.1 查询（示例：各指标的目标值与完成值）",
    "format": "结果格式",
    "run": "运行",
    "more": "其他入口",
    "endpoint": "SPARQL 端点（GET、POST）",
    "health": "服务状态与数据版本",
    "openapi": "接口说明（OpenAPI）",
    "rights": "事实数据以 CC BY 4.0 许可发布；报告文本的权利归编制单位所有，此处仅为核对而引用。",
    "build": "数据版本",
    "quads": "条四元组",
}

EN: dict[str, str] = {
    "lang": "en",
    "key": "en",
    "other": "zh",
    "other_lang": "zh-Hans",
    "other_name": "中文",
    "title": "Zhengtu: the knowledge graph of what digital government achieved",
    "heading": "What government says it achieved, sentence by sentence",
    "lede": "Zhengtu turns the yearly performance self-evaluations of Chinese government departments into linked data: "
    "every figure, claim and relation is a node anchored to its exact quote. Query it with SPARQL, or take the "
    "tables away.",
    "reports": "Reports",
    "figures": "Stated figures",
    "entities": "Named things",
    "claims": "Claims",
    "relations": "Relations",
    "recognitions": "Honours",
    "objectives": "Objectives",
    "query": "Query",
    "query_label": "SPARQL 1.1 query (example: target and actual of each indicator)",
    "format": "Format",
    "run": "Run",
    "more": "More",
    "endpoint": "SPARQL endpoint (GET, POST)",
    "health": "state of the service and version of the data",
    "openapi": "description of the interface (OpenAPI)",
    "rights": "The facts are published under CC BY 4.0. The text of a report belongs to the body that wrote it; it is "
    "quoted here so that every fact can be checked.",
    "build": "Data version",
    "quads": "quads",
}

WORDS = {"zh": ZH, "en": EN}
