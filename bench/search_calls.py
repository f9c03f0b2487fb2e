"""Made-up calls for the benchmark of searching: what citizens report, in words that are common and rare."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from recorder.search.facts import CallFacts, Figures
from recorder.search.index import Document
from recorder.search.lines import Line

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
#: Two years of calls, however many they are.
SPAN = timedelta(days=700)
SEATS = [str(1001 + number) for number in range(60)]
QUEUES = ("general", "general", "general", "general", "emergency", "english", "enterprise")
_ROADS = [
    "解放",
    "人民",
    "中山",
    "长江",
    "黄河",
    "胜利",
    "五一",
    "西安",
    "新开",
    "联合",
    "松江",
    "明珠",
    "华北",
    "千山",
    "山东",
    "促进",
    "八一",
    "虹韵",
]
_FIRST = "金银安康福泰和盛兴华锦绣龙凤鸿运祥瑞佳怡景丽阳光春秋星月云海山水松柏梅兰竹菊桃李杏枫桂荷莲"
_SECOND = "园苑居庭府邸湾岸城里坊阁台轩堂馆庄寨屯港谷坡岭峰溪泉潭洲岛林森圃畔乡邻舍院墅郡都汇境域"
#: What is reported, how often it is, and how it is put.
_PROBLEMS = (
    (90, "路灯不亮", "晚上黑得看不见路，老人走路容易摔倒"),
    (80, "垃圾没有人清理", "夏天味道特别大，苍蝇很多"),
    (80, "噪音扰民", "半夜还在施工，孩子没有办法睡觉"),
    (60, "下水道堵了", "污水往外冒，一楼的住户没法出门"),
    (60, "车乱停乱放", "消防通道都被占用了"),
    (50, "井盖丢了", "旁边没有护栏，很危险"),
    (50, "停水了", "已经停了两天，没有人通知"),
    (40, "暖气不热", "屋里只有十几度，物业说管不了"),
    (30, "电梯坏了", "楼上有老人，上下楼很困难"),
    (20, "树枝压到电线", "刮大风的时候冒火花"),
    (8, "路面塌陷", "坑越来越大，车都绕着走"),
    (5, "楼道里漏气", "一进门就闻到很大的煤气味"),
    (2, "有人要跳楼", "站在楼顶上不下来"),
    (1, "锅炉房爆炸", "玻璃都震碎了"),
)
_WEIGHTS = [weight for weight, _what, _more in _PROBLEMS]
_LENGTHS = ("昨天晚上开始的", "有一个多星期了", "从上个月到现在一直这样", "今天早上发现的", "反映过好几次了")
_WISHES = (
    "希望尽快派人来看看",
    "请你们赶紧处理一下",
    "要求给一个明确的答复",
    "不解决我就继续投诉",
    "麻烦您帮我登记",
)
_ANSWERS = (
    "您好，这里是市政服务热线，请问有什么可以帮您",
    "请您说一下具体的地址和位置好吗",
    "好的我已经记录下来了，会转给责任单位处理",
    "请问您留的电话能联系到您吗",
    "感谢您的来电，再见",
)


def calls(count: int, seed: int = 12319) -> Iterator[Document]:
    """`count` calls, oldest first, the same ones each time."""
    chance = random.Random(seed)  # noqa: S311 - the same chance each time
    for number in range(1, count + 1):
        yield _call(chance, number, BEGIN + SPAN * (number / count))


def community(chance: random.Random) -> str:
    """A name that few calls share: one of some two thousand."""
    return chance.choice(_FIRST) + chance.choice(_SECOND)


def number_of(serial: int) -> str:
    """A mobile number; some people call again and again."""
    return f"138{serial % 700_000:08d}"


def _call(chance: random.Random, number: int, at: datetime) -> Document:
    _weight, what, more = chance.choices(_PROBLEMS, _WEIGHTS)[0]
    road, building = (
        f"{chance.choice(_ROADS)}路{chance.randrange(1, 300)}号",
        f"{chance.randrange(1, 40)}号楼",
    )
    place = f"{road}{community(chance)}{building}"
    said = [
        f"喂你好，我想反映一下{place}{what}",
        f"{more}，{chance.choice(_LENGTHS)}",
        chance.choice(_WISHES),
    ]
    if chance.random() < 0.4:
        said.append(f"我姓{chance.choice(_FIRST)}，电话是{number_of(number)}")
    lines = [_line("caller", text, 4.0 + 20 * turn) for turn, text in enumerate(said)]
    lines += [_line("hotline", text, 20.0 * turn) for turn, text in enumerate(_ANSWERS)]
    keywords = [word for word in ("塌陷", "漏气", "跳楼", "爆炸") if word in what]
    scored = chance.random() < 0.05
    facts = CallFacts(
        call_id=f"bench-{number}",
        started_at=at,
        caller=number_of(chance.randrange(1, 10**9)),
        seat=chance.choice(SEATS),
        queue=chance.choice(QUEUES),
        survey=chance.choice((1, 1, 1, 2, 3, 5)) if chance.random() < 0.3 else None,
        marks=["emergency"] if keywords else [],
        case_id=number,
        case_number=f"210200{at:%Y%m%d}{number % 100_000:05d}",
    )
    figures = Figures(
        duration_s=round(chance.lognormvariate(4.8, 0.7), 1),
        silence_share=round(chance.betavariate(2, 8), 3),
        talk_over_s=round(chance.expovariate(0.5), 1),
        score=float(chance.randrange(40, 101)) if scored else None,
    )
    return Document(number, facts, figures, lines, keywords, number)


def _line(side: str, text: str, at: float) -> Line:
    return Line(side, text, [(place, at + place * 0.2) for place in range(0, len(text), 3)])
