"""What callers read for each error code, in English and Chinese. Codes are for programs; these are for people."""

import re
from typing import Literal

Language = Literal["en", "zh"]

_ENGLISH = {
    "BAD_INPUT": "The question cannot be understood.",
    "UNAUTHENTICATED": "Nobody has said who asks in a way that can be believed. Send a valid access token.",
    "FORBIDDEN": "This may not be asked here.",
    "CONSENT_REQUIRED": "This needs the customer's consent for the token's purpose, and there is none in force.",
    "TOO_COSTLY": "The question asks for too much at once. Ask for less, or in several requests.",
    "RATE_LIMITED": "You have asked as much as you may at the moment. Ask again a little later.",
    "NOT_FOUND": "Nothing is known under this key.",
    "AMBIGUOUS_IDENTITY": "This key belongs to more than one customer. Ask with a customer id or an account number.",
    "OVERLOADED": "The gateway has too much to do at the moment. Ask again a little later.",
    "UPSTREAM_TIMEOUT": "The system did not answer in time.",
    "UPSTREAM_UNAVAILABLE": "The system cannot be reached at the moment.",
    "UPSTREAM_BUSY": "The system has too much to do at the moment. Ask again a little later.",
    "MAINTENANCE": "The system is under maintenance.",
    "NOT_FRESH": "Nothing as recent as asked for can be had at the moment.",
    "UPSTREAM_REJECTED": "The system refused the question.",
    "UPSTREAM_BAD_DATA": "The system gave an answer that cannot be trusted, so it is not shown.",
    "DEADLINE": "The time for this question was up before the system answered.",
    "INTERNAL": "Something is wrong in the gateway or its configuration. Its operators have been told.",
}

_CHINESE = {
    "BAD_INPUT": "无法理解该请求。",
    "UNAUTHENTICATED": "无法确认请求者的身份，请提供有效的访问令牌。",
    "FORBIDDEN": "此处不允许该请求。",
    "CONSENT_REQUIRED": "该请求需要客户针对令牌所声明目的的同意，目前没有有效的同意。",
    "TOO_COSTLY": "该请求一次查询的内容过多，请减少内容或分多次查询。",
    "RATE_LIMITED": "您目前的请求量已达上限，请稍后再试。",
    "NOT_FOUND": "没有与该标识对应的记录。",
    "AMBIGUOUS_IDENTITY": "该标识对应多个客户，请使用客户编号或账户号码查询。",
    "OVERLOADED": "网关目前繁忙，请稍后再试。",
    "UPSTREAM_TIMEOUT": "该系统未能及时响应。",
    "UPSTREAM_UNAVAILABLE": "目前无法连接该系统。",
    "UPSTREAM_BUSY": "该系统目前繁忙，请稍后再试。",
    "MAINTENANCE": "该系统正在维护中。",
    "NOT_FRESH": "目前无法获得所要求的最新数据。",
    "UPSTREAM_REJECTED": "该系统拒绝了请求。",
    "UPSTREAM_BAD_DATA": "该系统返回的数据不可信，因此不予显示。",
    "DEADLINE": "在该系统响应之前，本次请求的时限已到。",
    "INTERNAL": "网关或其配置出现问题，运维人员已收到通知。",
}

_SCOPE_MISSING: dict[Language, str] = {
    "en": "The access token lacks a scope that this field needs.",
    "zh": "访问令牌缺少读取该字段所需的权限范围。",
}

_TEXTS: dict[Language, dict[str, str]] = {"en": _ENGLISH, "zh": _CHINESE}
CODES = frozenset(_ENGLISH)

_OURS: dict[str, Language] = {"en": "en", "zh": "zh"}
_WEIGHT = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.ASCII)


def message(code: str, language: Language = "en") -> str:
    """The sentence for *code*; an unknown code is INTERNAL."""
    texts = _TEXTS[language]
    return texts.get(code, texts["INTERNAL"])


def scope_missing(language: Language = "en") -> str:
    """The sentence for FORBIDDEN where a scope would help."""
    return _SCOPE_MISSING[language]


def preferred(accept_language: str | None) -> Language:
    """The language of an Accept-Language header (RFC 9110, 12.5.4) with the most weight that we have, or English."""
    best: tuple[float, Language] = (0.0, "en")
    for item in (accept_language or "").lower().split(","):
        tag, _, parameter = item.partition(";")
        language = _OURS.get(tag.strip().partition("-")[0])
        weight = _weight(parameter)
        if language is not None and weight > best[0]:
            best = (weight, language)
    return best[1]


def _weight(parameter: str) -> float:
    found = _WEIGHT.fullmatch(parameter)
    return float(found[1]) if found else float(not parameter.strip())
