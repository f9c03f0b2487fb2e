"""What people read when the API says no. Codes are stable for programs; sentences are Chinese for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.errors import HotlineError

#: Sentence for each error code, used where the error was raised without a sentence of its own.
BY_CODE = {
    "error": "出错了，请重试。",
    "not_found": "没有找到。",
    "forbidden": "您的角色无权进行此操作。",
    "reason_required": "请先说明原因。",
    "not_logged_in": "请先登录。",
    "wrong_password": "用户名或密码错误。",
    "account_locked": "密码错误次数过多，请稍后再试。",
    "switch_unavailable": "电话交换系统暂时没有应答，请稍后再试。",
    "switch_refused": "电话交换系统拒绝了此操作。",
    "internal": "系统内部错误，编号 {number}。",
    "conflict": "其他人刚刚修改了此内容，请刷新后重试。",
    "invalid": "填写内容有误，请检查标出的项目。",
    "unavailable": "所需服务暂时无法使用，请稍后再试。",
    "bad_json": "请求内容不是有效的 JSON。",
    "json_only": "请求必须使用 application/json。",
    "sound_only": "请求必须是音频文件（WAV 或 MP3）。",
    "sheet_only": "请求必须是 XLSX 表格文件。",
    "unsound_flow": "流程有错误，未发布。",
    "number_not_allowed": "这个号码不允许呼叫。",
    "cross_origin": "请求来自其他网站，已拒绝。",
    "too_large": "请求内容过大，没有保存任何内容，请缩短后再提交。",
    "store_unavailable": "录音存储暂时无法访问，请稍后再试。",
    "wrong_key": "录音的主密钥缺失或不符，请联系管理员（日志中有密钥编号）。",
    "tampered": "录音文件已损坏或被改动，未播放。",
    "method_not_allowed": "不支持此请求方法。",
    "bad_request": "请求无效。",
}

#: For codes that have no sentence here.
BY_STATUS = {
    403: BY_CODE["forbidden"],
    404: BY_CODE["not_found"],
    409: BY_CODE["conflict"],
    422: BY_CODE["invalid"],
    503: BY_CODE["unavailable"],
}

#: How a mistake pydantic found is told; `{...}` are its own numbers.
BY_MISTAKE: dict[str, str] = {
    "missing": "必填",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "extra_forbidden": "没有这一项",
    "skill_level": "级别应为 1 到 9",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_type": "应为是或否",
    "bool_parsing": "应为是或否",
    "string_type": "应为文字",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "timezone_aware": "时间须带时区",
    "datetime_parsing": "应为时间",
    "datetime_from_date_parsing": "应为时间",
    "datetime_type": "应为时间",
    "too_long": "最多 {max_length} 项",
    "list_type": "应为列表",
    "date_from_datetime_parsing": "应为日期 YYYY-MM-DD",
    "date_parsing": "应为日期 YYYY-MM-DD",
    "date_from_datetime_inexact": "应为日期 YYYY-MM-DD",
    "model_type": "应为一个对象",
    "model_attributes_type": "应为一个对象",
    "string_unicode": "含有无效字符",
    "control_character": "含有无效字符",
}


def sentence(error: HotlineError) -> str:
    """The error's own words if they are Chinese; else the sentence of its code, or of its status."""
    own = str(error)
    if any("\u4e00" <= character <= "\u9fff" for character in own):
        return own
    return BY_CODE.get(error.code) or BY_STATUS.get(error.status, BY_CODE["error"])


def locked(minutes: int) -> str:
    """An account is locked for `minutes` more."""
    return f"密码错误次数过多，请在 {minutes} 分钟后再试。"


def mistake(kind: str, context: dict[str, Any], fallback: str) -> str:
    """One wrong field in a few words; `fallback`, what the validator said, where it said so in Chinese."""
    text = BY_MISTAKE.get(kind)
    if text is None:
        return fallback if any("\u4e00" <= character <= "\u9fff" for character in fallback) else "格式不对"
    context = context | {"expected": str(context.get("expected", "")).replace(" or ", ", ")}
    fill: Callable[..., str] = text.format
    return fill(**context)
