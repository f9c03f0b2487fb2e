"""The AGI wire, word for word."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi_scripts import session as wire
from agi_scripts.session import MAX_LINE, AgiError, AgiSession, ChannelGoneError, quote, read_header


class Wire:
    """A session whose other end is in the test's hand."""

    def __init__(self, session: AgiSession, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.session, self.far, self.back = session, far, back

    def says(self, text: str) -> None:
        self.back.write(text.encode())


@pytest.fixture
async def line() -> AsyncIterator[Wire]:
    accepted: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait((reader, writer))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, limit=8192)
    far, back = await asyncio.open_connection(*server.sockets[0].getsockname())
    reader, writer = await accepted.get()
    yield Wire(AgiSession(reader, writer, {"network_script": "inbound?x=1"}), far, back)
    back.close()
    writer.close()
    server.close()


def test_quoting() -> None:
    assert quote('a "b" \\c') == '"a \\"b\\" \\\\c"'
    assert quote("a\r\nHANGUP\0") == '"a  HANGUP "'


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_quoted_value_is_one_word_of_one_line(value: str) -> None:
    quoted = quote(value)
    assert not set(quoted) & set("\r\n\0")
    clean = value.replace("\r", " ").replace("\n", " ").replace("\0", " ")
    assert shlex.split(quoted) == [clean]


async def test_words_on_the_wire(line: Wire) -> None:
    line.says("200 result=1\n" * 3)
    await line.session.set_variable("HL_NEXT", 'que"ue\r\nHANGUP')
    await line.session.execute("CELGenUserEvent", "STEP,greeting")
    await line.session.wait_for_digit(1.5)
    sent = [(await line.far.readline()).decode() for _ in range(3)]
    assert sent == [
        'SET VARIABLE HL_NEXT "que\\"ue  HANGUP"\n',
        'EXEC CELGenUserEvent "STEP,greeting"\n',
        "WAIT FOR DIGIT 1500\n",
    ]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("200 result=0", (0, "")),
        ("200 result=1 (some value)", (1, "some value")),
        ("200 result=50 endpos=1234", (50, "")),
        ("200 result=1 (a) b) (c", (1, "a) b")),
        ("200 result=-1", (-1, "")),
    ],
)
async def test_replies(line: Wire, reply: str, answer: tuple[int, str]) -> None:
    line.says(reply + "\n")
    assert await line.session.command("X") == answer


async def test_keys(line: Wire) -> None:
    line.says("200 result=35\n200 result=0\n200 result=-1\n")
    assert await line.session.wait_for_digit(1) == "#"
    assert await line.session.wait_for_digit(1) == ""
    with pytest.raises(ChannelGoneError):
        await line.session.wait_for_digit(1)


async def test_a_whole_question_is_one_command(line: Wire) -> None:
    line.says("200 result=0\n200 result=1 (12*#)\n")
    assert await line.session.read_keys("/p/a&/p/b", 1.5, 4) == "12*#"
    sent = [(await line.far.readline()).decode() for _ in range(2)]
    assert sent == [
        'EXEC Read "HL_KEY,/p/a&/p/b,4,e,1,1.500"\n',
        'GET FULL VARIABLE "${HL_KEY}"\n',
    ]


async def test_no_key_at_all(line: Wire) -> None:
    line.says("200 result=0\n200 result=1\n")
    assert await line.session.read_keys("", 0.001, 1) == ""


async def test_a_hang_up_during_a_question(line: Wire) -> None:
    line.says("200 result=-1\n")
    with pytest.raises(ChannelGoneError):
        await line.session.read_keys("/p/a", 1, 1)


async def test_a_switch_without_read(line: Wire) -> None:
    line.says("200 result=-2\n")
    with pytest.raises(AgiError, match="Read") as error:
        await line.session.read_keys("/p/a", 1, 1)
    assert not isinstance(error.value, ChannelGoneError)


async def test_hangup_line_between_replies_is_no_reply(line: Wire) -> None:
    line.says("HANGUP\n200 result=1\n")
    assert await line.session.command("X") == (1, "")


async def test_dead_channel(line: Wire) -> None:
    line.says("511 Command Not Permitted on a dead channel or intercept routine\n")
    with pytest.raises(ChannelGoneError):
        await line.session.command("X")


async def test_usage_is_read_to_its_end(line: Wire) -> None:
    line.says("520-Invalid command syntax.  Proper usage follows:\nUsage: X\n520 End of proper usage.\n")
    line.says("200 result=7\n")
    with pytest.raises(AgiError, match="520 End"):
        await line.session.command("X")
    assert await line.session.command("X") == (7, "")


@pytest.mark.parametrize(
    "reply", ["510 Invalid or unknown command", "hello", "200", "\ufffd", "200 result=x"]
)
async def test_garbage(line: Wire, reply: str) -> None:
    line.says(reply + "\n")
    with pytest.raises(AgiError) as error:
        await line.session.command("X")
    assert not isinstance(error.value, ChannelGoneError)


async def test_a_reply_without_end(line: Wire) -> None:
    line.says("x" * 20000)
    with pytest.raises(AgiError, match="too long"):
        await line.session.command("X")


@pytest.mark.parametrize("last_words", ["", "200 res", "520-Invalid\nUsage"])
async def test_the_connection_breaks(line: Wire, last_words: str) -> None:
    line.says(last_words)
    line.back.write_eof()
    with pytest.raises(AgiError):
        await line.session.command("X")
    with pytest.raises(ChannelGoneError):
        await line.session.command("X")


async def test_no_reply_in_time(line: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "COMMAND_TIMEOUT_S", 0.05)
    with pytest.raises(ChannelGoneError):
        await line.session.command("X")


async def test_lines_asterisk_would_cut_are_not_sent(line: Wire) -> None:
    line.says("200 result=1\n")
    fits = MAX_LINE - 1 - len('SET VARIABLE A ""')
    await line.session.set_variable("A", "x" * fits)
    for value in ("x" * (fits + 1), "灯" * (fits // 3 + 1), '"' * (fits // 2 + 1)):
        with pytest.raises(AgiError, match="too long"):
            await line.session.set_variable("A", value)
    assert len(await line.far.readline()) == MAX_LINE


def test_script_without_its_query(line: Wire) -> None:
    assert line.session.script == "inbound"


async def _header(*chunks: bytes, end: bool = True) -> dict[str, str]:
    reader = asyncio.StreamReader(limit=8192)
    for chunk in chunks:
        reader.feed_data(chunk)
    if end:
        reader.feed_eof()
    return await read_header(reader)


async def test_header() -> None:
    text = b"agi_network_script: inbound\nagi_callerid: a:b\r\nagi_bad: \xff\n\n"
    assert await _header(text) == {"network_script": "inbound", "callerid": "a:b", "bad": "\ufffd"}


@pytest.mark.parametrize("text", [b"", b"agi_network_script: inbo", b"agi_network_script: inbound\n"])
async def test_a_peer_that_goes_away_in_the_header(text: bytes) -> None:
    assert await _header(text) == {}


async def test_a_header_line_without_end() -> None:
    with pytest.raises(AgiError, match="too long"):
        await _header(b"x" * 20000)


async def test_a_header_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "HEADER_TIMEOUT_S", 0.05)
    with pytest.raises(TimeoutError):
        await _header(b"agi_network_script: inbound\n", end=False)
