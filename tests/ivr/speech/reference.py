"""Reading numbers, slowly and obviously: what the fast way is held against."""

from __future__ import annotations

import re

_CHINESE = "零一二三四五六七八九"


def chinese(value: int, *, ordinal: bool = False) -> str:
    """Every digit with its place, zeros and all; then the school rules, one substitution each."""
    if value < 0:
        return "负" + chinese(-value, ordinal=ordinal)
    if value == 0:
        return "零"
    digits = f"{value:012d}"
    parts = []
    for group, name in zip((digits[:4], digits[4:8], digits[8:]), ("亿", "万", ""), strict=True):
        said = "".join(_CHINESE[int(d)] + unit for d, unit in zip(group, ("千", "百", "十", ""), strict=True))
        said = re.sub("零[千百十]", "零", said)  # an empty place is a zero
        said = re.sub("零+", "零", said)  # several zeros are one
        said = said.rstrip("零")  # zeros at the end of a group are not read
        if name and said.strip("零") == "二" and not ordinal:
            said = said.replace("二", "两")
        parts.append(said + name if said else "零")  # a whole group of zeros is one zero
    text = "".join(parts)
    text = re.sub("零+", "零", text).strip("零")
    text = re.sub("^一十", "十", text)
    if not ordinal:
        text = re.sub("二(?=[百千])", "两", text)
    return text


_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def english(value: int) -> str:
    """By recursion on the largest name that fits."""
    if value < 0:
        return "minus " + english(-value)
    if value < 20:
        return _SMALL[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_SMALL[value % 10]}" if value % 10 else "")
    size, name = next(
        (size, name)
        for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
        if value >= size
    )
    rest = value % size
    return f"{english(value // size)} {name}" + (f" {english(rest)}" if rest else "")
