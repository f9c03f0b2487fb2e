"""The score sheet delivered with the product; a city edits a copy of it."""

from __future__ import annotations

from decimal import Decimal

from recorder.quality.sheet import Check, ItemKind, Sheet, SheetGroup, SheetItem

NAME = "12319 通话质检评分表"

STANDARD = Sheet(
    pass_mark=Decimal(80),
    groups=(
        SheetGroup(
            code="etiquette",
            title="服务礼仪",
            items=(
                SheetItem(
                    code="greeting",
                    title="开头语",
                    kind=ItemKind.YES_NO,
                    weight=8,
                    check=Check.GREETING,
                    guide="接通后及时、完整地说开头语并报工号。",
                ),
                SheetItem(
                    code="closing",
                    title="结束语",
                    kind=ItemKind.YES_NO,
                    weight=7,
                    check=Check.CLOSING,
                    optional=True,
                    guide="挂机前说结束语，等市民先挂机；市民突然挂断的选“不适用”。",
                ),
                SheetItem(
                    code="tone",
                    title="语气语速",
                    weight=10,
                    check=Check.SPEECH_RATE,
                    guide="语气亲切，吐字清楚，语速适中。",
                ),
                SheetItem(
                    code="listening",
                    title="耐心倾听，不抢话",
                    weight=10,
                    check=Check.TALK_OVER,
                    guide="不打断市民，不与市民抢话。",
                ),
            ),
        ),
        SheetGroup(
            code="handling",
            title="业务受理",
            items=(
                SheetItem(
                    code="understanding",
                    title="了解诉求",
                    weight=20,
                    guide="时间、地点、事由问清楚，复述确认。",
                ),
                SheetItem(
                    code="answering",
                    title="解答准确",
                    weight=20,
                    optional=True,
                    guide="政策依据正确，不推诿；没有咨询内容的选“不适用”。",
                ),
                SheetItem(
                    code="waiting",
                    title="等待告知",
                    weight=10,
                    check=Check.SILENCE,
                    guide="查询、转接前告知市民，不让市民长时间空等。",
                ),
            ),
        ),
        SheetGroup(
            code="record",
            title="工单记录",
            items=(
                SheetItem(
                    code="fields", title="要素齐全", weight=10, optional=True, guide="五要素齐全，分类准确。"
                ),
                SheetItem(
                    code="wording", title="表述规范", weight=5, optional=True, guide="文字通顺，无错别字。"
                ),
            ),
        ),
        SheetGroup(
            code="fatal",
            title="一票否决",
            items=(
                SheetItem(
                    code="abuse",
                    title="辱骂、讽刺市民",
                    kind=ItemKind.FATAL,
                    check=Check.FORBIDDEN,
                    guide="出现即为 0 分。机器只提示可疑的服务忌语，由质检员判断。",
                ),
                SheetItem(code="leak", title="泄露市民信息", kind=ItemKind.FATAL, guide="出现即为 0 分。"),
                SheetItem(
                    code="refusal",
                    title="无故拒绝受理",
                    kind=ItemKind.FATAL,
                    cap=59,
                    guide="出现时最高 59 分。",
                ),
            ),
        ),
    ),
)
