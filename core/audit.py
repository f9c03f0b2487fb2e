"""The audit trail: who did what, when, from where. The database refuses to change or delete its rows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.tables import AuditEntry


class Action(StrEnum):
    """What the trail speaks of, as `thing:done[:how]`."""

    ACCOUNT_CREATED = "account:created"  #: 建账号
    SESSION_OPENED = "session:opened"  #: 登录
    SESSION_CLOSED = "session:closed"  #: 退出
    SESSION_REFUSED_WRONG = "session:refused:wrong_password"  #: 密码错误
    SESSION_REFUSED_UNKNOWN = "session:refused:unknown_user"  #: 无此账号
    SESSION_REFUSED_LOCKED = "session:refused:locked"  #: 账号已锁定
    ACCOUNT_LOCKED = "account:locked"  #: 锁定账号
    RECORDING_PLAYED = "recording:played"  #: 播放录音
    RECORDING_MARKED = "recording:mark:added"  #: 标注录音
    MARK_CHANGED = "recording:mark:changed"  #: 修改标注
    MARK_REMOVED = "recording:mark:removed"  #: 删除标注
    RECORDING_SHARED = "recording:share:made"  #: 分享录音片刻
    SHARE_OPENED = "recording:share:opened"  #: 打开分享
    SHARE_REFUSED = "recording:share:refused"  #: 无权打开分享
    SHARE_REVOKED = "recording:share:revoked"  #: 撤销分享
    RECORDING_REASON = "recording:reason"  #: 填写调听事由
    RECORDING_EXPORTED = "recording:exported"  #: 导出录音
    RECORDING_GRANTED = "recording:granted"  #: 授予录音权限
    RECORDING_GRANT_ENDED = "recording:grant:ended"  #: 结束录音授权
    NUMBER_REVEALED = "number:revealed"  #: 查看完整号码
    RETENTION_RULE_SET = "retention:rule:set"  #: 设定保存期限
    RETENTION_RULE_ENDED = "retention:rule:ended"  #: 停用保存期限
    HOLD_SET = "hold:set"  #: 法律保全
    HOLD_LIFTED = "hold:lifted"  #: 解除法律保全
    DELETION_PROPOSED = "deletion:proposed"  #: 提议删除录音
    DELETION_APPROVED = "deletion:reviewed:approved"  #: 批准删除录音
    DELETION_REFUSED = "deletion:reviewed:refused"  #: 不批准删除录音
    RECORDING_DELETED = "recording:deleted"  #: 删除录音
    PERSONAL_DATA_ASKED = "personal_data:asked"  #: 申请个人信息查询
    PERSONAL_DATA_FETCHED = "personal_data:fetched"  #: 取走个人信息
    RECORDING_RETRANSCRIBED = "recording:retranscribed"  #: 重新转写
    RECORDING_RETRIED = "recording:retried"  #: 重试录音
    RECORDING_PAUSED = "recording:paused"  #: 暂停录音
    RECORDING_RESUMED = "recording:resumed"  #: 继续录音
    RECORDING_DAY_SEALED = "recording:day:sealed"  #: 封存一日录音
    HISTORY_SEALED = "history:sealed"  #: 封存流转记录
    CASES_EXPORTED = "cases:exported"  #: 导出案卷
    CASE_MOVED = "case:moved"  #: 案卷流转
    CATALOGUE_CHANGED = "catalogue:changed"  #: 修改类别目录
    SOURCE_ADDED = "source:added"  #: 新增来源
    SOURCE_CHANGED = "source:changed"  #: 修改来源
    SOURCE_KEY_MADE = "source:key:made"  #: 生成来源密钥
    SOURCE_KEY_REVOKED = "source:key:revoked"  #: 撤销来源密钥
    TEMPLATE_SET = "notice_template:set"  #: 设定消息模板
    MESSAGE_RESENT = "message:resent"  #: 重发消息
    MESSAGE_CANCELLED = "message:cancelled"  #: 取消消息
    CONTACT_SET = "contact:set"  #: 登记联系方式
    UNIT_SET = "unit:set"  #: 设定责任单位
    PLACE_CHANGED = "place:changed"  #: 修改地点
    PLACES_IMPORTED = "places:imported"  #: 导入地点、部件、地名
    PART_CHANGED = "part:changed"  #: 修改部件
    LANDMARK_MADE = "landmark:made"  #: 新建地名
    LANDMARK_CHANGED = "landmark:changed"  #: 修改地名
    ROUTING_DRAFTED = "routing:drafted"  #: 起草派遣规则
    ROUTING_DISCARDED = "routing:discarded"  #: 放弃派遣规则草稿
    ROUTING_PUBLISHED = "routing:published"  #: 发布派遣规则
    ROUTING_RULE_ADDED = "routing:rule:added"  #: 新增派遣规则
    ROUTING_RULE_CHANGED = "routing:rule:changed"  #: 修改派遣规则
    ROUTING_RULE_REMOVED = "routing:rule:removed"  #: 删除派遣规则
    ROUTING_REVIEWED = "routing:reviewed"  #: 复核退单
    CALENDAR_DAY_SET = "calendar:set"  #: 设定工作日历
    CALENDAR_DAY_REMOVED = "calendar:removed"  #: 撤销工作日历设定
    CALENDAR_YEAR_COMPLETED = "calendar:completed"  #: 确认全年节假日
    SEAT_SKILLS_SET = "seat:skills"  #: 设定坐席技能
    SEAT_LOGGED_IN = "seat:logged_in"  #: 签入
    SEAT_LOGGED_OUT = "seat:logged_out"  #: 签出
    SEAT_PAUSED = "seat:paused"  #: 示忙
    SEAT_READY = "seat:ready"  #: 示闲
    SEAT_WRAP_UP_EXTENDED = "seat:wrap_up:extended"  #: 延长话后处理
    SEAT_WRAP_UP_ENDED = "seat:wrap_up:ended"  #: 结束话后处理
    SEAT_OUTBOUND = "seat:outbound"  #: 外呼模式
    SEAT_FORCED = "seat:forced"  #: 值班长改变坐席状态
    SEAT_TAKEN = "seat:taken"  #: 换座
    SEAT_LEFT = "seat:left"  #: 离座
    PAUSE_REASON_SET = "pause_reason:set"  #: 设定示忙原因
    PHONE_SHOWN = "phone:shown"  #: 查看话机密码
    PHONE_FILE_FETCHED = "phone:fetched"  #: 话机下载配置
    LOCKOUT_BEGAN = "lockout:began"  #: 锁定话机地址
    LOCKOUT_ENDED = "lockout:ended"  #: 解除话机地址锁定
    FLOW_PUBLISHED = "flow:published"  #: 发布流程
    ANNOUNCEMENT_MADE = "announcement:made"  #: 新建通知
    ANNOUNCEMENT_CHANGED = "announcement:changed"  #: 修改通知
    ANNOUNCEMENT_SOUND = "announcement:changed:sound"  #: 更换通知录音
    ANNOUNCEMENT_REMOVED = "announcement:removed"  #: 删除通知
    FLAG_PROPOSED = "flag:proposed"  #: 提议标记号码
    FLAG_APPROVED = "flag:reviewed:approved"  #: 标记通过
    FLAG_REFUSED = "flag:reviewed:refused"  #: 标记未通过
    FLAG_ENDED = "flag:ended"  #: 解除标记
    FLAG_EXPIRED = "flag:expired"  #: 标记到期
    ARTICLE_MADE = "article:made"  #: 新建知识
    ARTICLE_CHANGED = "article:changed"  #: 修改知识
    CALLBACK_CANCELLED = "callback:cancelled"  #: 取消回拨
    WALLBOARD_MADE = "wallboard:made"  #: 生成大屏令牌
    WALLBOARD_REVOKED = "wallboard:revoked"  #: 撤销大屏令牌
    NOTICE_SENT = "notice:sent"  #: 发通知
    CALLBACK_RETRIED = "callback:retried"  #: 再次回拨
    DIRECTORY_ADDED = "directory:added"  #: 通讯录新增
    DIRECTORY_CHANGED = "directory:changed"  #: 通讯录修改
    DIRECTORY_REMOVED = "directory:removed"  #: 通讯录删除
    CALL_STEERED = "call:steered"  #: 坐席通话控制
    SUPERVISION_ASKED = "supervision:asked"  #: 监听、耳语、强插
    SUPERVISION_CHANGED = "supervision:changed"  #: 切换监听方式
    SUPERVISION_ENDED = "supervision:ended"  #: 结束监听
    CALL_TAKEN_OVER = "call:taken_over"  #: 接管
    CALL_ENDED = "call:ended"  #: 强拆
    CALLER_MOVED = "caller:moved"  #: 移动排队来电
    SEAT_CALLED = "seat:called"  #: 坐席外呼
    SEARCH_SAVED = "search:saved"  #: 保存查询
    SEARCH_REMOVED = "search:removed"  #: 删除保存的查询
    KEYWORDS_SET = "keywords:set"  #: 设定关键词表
    KEYWORDS_REMOVED = "keywords:removed"  #: 删除关键词表
    ALERT_SEEN = "alert:seen"  #: 阅关键词告警
    QUALITY_SHEET_MADE = "quality_sheet:made"  #: 新建评分表
    QUALITY_SHEET_CHANGED = "quality_sheet:changed"  #: 修改评分表
    QUALITY_SHEET_PUBLISHED = "quality_sheet:published"  #: 发布评分表
    QUALITY_SHEET_RETIRED = "quality_sheet:retired"  #: 停用评分表
    QUALITY_DRAWN = "quality_sample:drawn"  #: 抽检
    QUALITY_CHOSEN = "quality_sample:chosen"  #: 指定质检
    QUALITY_CLAIMED = "quality_sample:claimed"  #: 领取质检
    QUALITY_RELEASED = "quality_sample:released"  #: 退回质检
    QUALITY_SKIPPED = "quality_sample:skipped"  #: 跳过质检
    QUALITY_SCORED = "quality_score:submitted"  #: 提交评分
    QUALITY_SEEN = "quality_score:seen"  #: 坐席查看评分
    QUALITY_APPEALED = "quality_score:appealed"  #: 质检申诉
    QUALITY_UPHELD = "quality_score:reviewed:upheld"  #: 申诉复核：维持
    QUALITY_CHANGED = "quality_score:reviewed:changed"  #: 申诉复核：改分
    CALIBRATION_MADE = "calibration:made"  #: 新建校准
    CALIBRATION_SCORED = "calibration:scored"  #: 校准评分
    CALIBRATION_CLOSED = "calibration:closed"  #: 结束校准
    QUALITY_EXPORTED = "quality:exported"  #: 导出质检报表
    WEBHOOK_MADE = "webhook:made"  #: 新建事件推送
    WEBHOOK_CHANGED = "webhook:changed"  #: 修改事件推送
    WEBHOOK_ENDED = "webhook:ended"  #: 删除事件推送
    WEBHOOK_RESENT = "webhook:resent"  #: 重发事件
    WEBHOOK_DISABLED = "webhook:disabled"  #: 自动停用事件推送
    PLATFORM_MADE = "platform:made"  #: 新建对接平台
    PLATFORM_CHANGED = "platform:changed"  #: 修改对接平台
    PLATFORM_CODE_SET = "platform:code:set"  #: 设定对照
    PLATFORM_CODE_REMOVED = "platform:code:removed"  #: 删除对照
    PLATFORM_RESENT = "platform:resent"  #: 重发平台消息
    PLATFORM_MOVED = "platform:moved"  #: 对接平台办理案卷
    CALLER_ASKED = "caller:asked"  #: 转评价、转按键核对


def record(
    session: AsyncSession,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject: str = "",
    address: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a line in the caller's transaction. `address` is where the request came from."""
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        action=str(action)[:64],
        subject=subject[:128],
        address=address[:64],
        detail=detail or {},
    )
    session.add(entry)
