"""E1 spans, checked by the real parts as far as there is no card: `dahdi_cfg` and the module chan_dahdi."""

from __future__ import annotations

import re
import subprocess
import threading
from pathlib import Path

import pytest

from asterisk_conf.modules import modules
from asterisk_conf.render import Secrets, module_dir, render
from core.native import command
from core.settings import Paths, Settings
from core.trunks import E1Trunk, SipTrunk

#: telephony notes, China: three spans of 30B+D, D in slot 16, the carrier's clock.
THREE_SPANS = """\
span=1,1,0,ccs,hdb3,crc4
bchan=1-15,17-31
dchan=16
echocanceller=mg2,1-15,17-31
span=2,2,0,ccs,hdb3,crc4
bchan=32-46,48-62
dchan=47
echocanceller=mg2,32-46,48-62
span=3,3,0,ccs,hdb3,crc4
bchan=63-77,79-93
dchan=78
echocanceller=mg2,63-77,79-93
loadzone=cn
defaultzone=cn
"""
#: What the module says of a card that is not there, and of nothing else.
_NO_CARD = re.compile(
    r"dahdi_open: Unable to open '/dev/dahdi/channel'|mkintf: Unable to open channel \d+: No such file"
    r"|build_channels: Unable to register channel|process_dahdi: Channel '[\d,-]+' failure ignored"
)
READY_S = 30.0


def _settings(tmp_path: Path, **trunks: E1Trunk | SipTrunk) -> Settings:
    return Settings(paths=Paths(state=tmp_path), trunks=trunks)


def _etc(tmp_path: Path, **trunks: E1Trunk | SipTrunk) -> Path:
    return render(_settings(tmp_path, **trunks), Secrets(ami="made-up-ami-secret"), [])


def _rows(path: Path) -> list[str]:
    return [row for row in path.read_text().splitlines() if row and row[0] not in "#;"]


def test_three_spans_are_written_as_the_carrier_means_them(tmp_path: Path) -> None:
    etc = _etc(tmp_path, copper=E1Trunk())
    assert _rows(etc / "dahdi" / "system.conf") == THREE_SPANS.splitlines()
    rows = _rows(etc / "chan_dahdi.conf")
    assert [row for row in rows if row.startswith("channel")] == [
        "channel => 1-15,17-31",
        "channel => 32-46,48-62",
        "channel => 63-77,79-93",
    ]
    for row in (
        "context = from-trunk",
        "switchtype = euroisdn",
        "signalling = pri_cpe",
        "group = 1",
        "setvar = HL_TRUNK=copper",
        "setvar = HL_TRUNK_LIMIT=90",
    ):
        assert row in rows
        assert rows.index(row) < rows.index("channel => 1-15,17-31"), "said before the channels it is for"


def test_two_e1_trunks_have_groups_and_clocks_of_their_own(tmp_path: Path) -> None:
    etc = _etc(tmp_path, north=E1Trunk(spans=[1], crc4=False), south=E1Trunk(spans=[2], channels=10, order=1))
    rows = _rows(etc / "chan_dahdi.conf")
    kept = [row for row in rows if row.split()[0] in ("group", "setvar", "channel")]
    assert kept == [
        *("setvar = HL_TRUNK=north", "setvar = HL_TRUNK_LIMIT=30", "group = 1", "channel => 1-15,17-31"),
        *("setvar = HL_TRUNK=south", "setvar = HL_TRUNK_LIMIT=10", "group = 2", "channel => 32-46,48-62"),
    ]
    spans = [row for row in _rows(etc / "dahdi" / "system.conf") if row.startswith("span")]
    assert spans == ["span=1,1,0,ccs,hdb3", "span=2,2,0,ccs,hdb3,crc4"]


def test_the_module_is_loaded_only_where_there_is_an_e1_trunk(tmp_path: Path) -> None:
    assert "chan_dahdi" in modules(_settings(tmp_path, copper=E1Trunk()))
    assert "chan_dahdi" not in modules(_settings(tmp_path, city=SipTrunk(addresses=["192.0.2.7"])))


def _dahdi_cfg(path: Path) -> str:
    """What dahdi_cfg says in test mode, "" when it is content; the driver's device is a stand-in."""
    line = command(Settings(), "dahdi_cfg", "-t", "-c", str(path), binds=[path.parent])
    at = line.index("--")
    line[at:at] = ["--dir", "/dev/dahdi", "--dev-bind", "/dev/null", "/dev/dahdi/ctl"]
    done = subprocess.run(line, capture_output=True, timeout=20, check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    return said if done.returncode else ""


def test_dahdi_cfg_accepts_the_spans(tmp_path: Path) -> None:
    for number, trunk in enumerate((E1Trunk(), E1Trunk(spans=[4], crc4=False, echo_canceller="none"))):
        assert _dahdi_cfg(_etc(tmp_path / str(number), copper=trunk) / "dahdi" / "system.conf") == ""


MISTAKES = {
    "a key nobody knows": ("bchan=32", "bchann=32", "bchann"),
    "a line code nobody knows": ("hdb3", "hdb4", "hdb4"),
    "the D channel among the B channels": ("dchan=16", "dchan=15", "already configured"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_dahdi_cfg_would_notice(tmp_path: Path, mistake: str) -> None:
    right, wrong, word = MISTAKES[mistake]
    path = _etc(tmp_path, copper=E1Trunk()) / "dahdi" / "system.conf"
    text = path.read_text()
    assert right in text
    path.write_text(text.replace(right, wrong, 1))
    assert word in _dahdi_cfg(path)


def _said(etc: Path) -> list[str]:
    """What the real module says while it reads chan_dahdi.conf."""
    (etc / "modules.conf").write_text("[modules]\nautoload = no\nload = chan_dahdi.so\n")
    line = command(
        Settings(), "asterisk", "-f", "-n", "-C", str(etc / "asterisk.conf"), binds=[etc.parents[1]]
    )
    said: list[str] = []
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        deadline = threading.Timer(READY_S, process.kill)
        deadline.start()
        assert process.stdout is not None
        for row in process.stdout:
            said.append(row)
            if "Asterisk Ready" in row:
                break
        deadline.cancel()
        process.kill()
    assert "Asterisk Ready" in said[-1], "".join(said)
    return [row.strip() for row in said if "chan_dahdi" in row and re.search("NOTICE|WARNING|ERROR", row)]


def test_the_real_module_misses_nothing_but_the_card(tmp_path: Path) -> None:
    said = _said(_etc(tmp_path, copper=E1Trunk(spans=[1, 2]), other=E1Trunk(spans=[3])))
    assert [row for row in said if not _NO_CARD.search(row)] == []
    tried = re.findall(r"mkintf: Unable to open channel (\d+)", "\n".join(said))
    assert tried == ["1", "32", "63"], "it read all of the file"


def test_the_real_module_would_notice_a_wrong_value(tmp_path: Path) -> None:
    etc = _etc(tmp_path, copper=E1Trunk())
    path = etc / "chan_dahdi.conf"
    path.write_text(path.read_text().replace("switchtype = euroisdn", "switchtype = eurisdn"))
    assert any("eurisdn" in row for row in _said(etc))


def _unknown_keys(path: Path) -> set[str]:
    """Keys the module has no word for: it passes over them in silence, so its own words are asked."""
    root = Path("/") if Settings().paths.use_host_binaries else Settings().paths.native
    binary = (root / (module_dir(Settings()) / "chan_dahdi.so").relative_to("/")).read_bytes()
    words = [word.decode() for word in re.findall(rb"[a-z0-9_]{4,}(?=\0)", binary)]
    keys = {row.split("=")[0].strip() for row in _rows(path) if "=" in row}
    # The linker keeps a word that ends another one only once.
    return {key for key in keys if not any(word.endswith(key) for word in words)}


def test_every_key_is_one_the_module_knows(tmp_path: Path) -> None:
    path = _etc(tmp_path, copper=E1Trunk()) / "chan_dahdi.conf"
    assert _unknown_keys(path) == set()
    path.write_text(path.read_text().replace("overlapdial", "overlapdail"))
    assert _unknown_keys(path) == {"overlapdail"}
