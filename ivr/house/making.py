"""Makes the house's sounds: spoken from text, or taken from what people upload or record by telephone.

Each function blocks for seconds; call it in a thread. Refusals are sentences for the person who asked.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from core.errors import InvalidError
from core.settings import Settings
from ivr.house import sounds
from ivr.prompts.spoken import speak_text, take_recording
from ivr.prompts.studio import RecordingRefusedError
from ivr.prompts.tts import Language, SynthesisError

_MIB = 1024 * 1024


def spoken_announcement(settings: Settings, text_zh: str, text_en: str) -> str:
    """Folder of the announcement spoken in Chinese and, where there is an English text, in English.

    Raises:
        InvalidError: names the text that cannot be spoken.
    """

    def make(folder: Path) -> None:
        _speak(settings, "zh_CN", text_zh, folder / "zh_CN", "text_zh")
        if text_en.strip():
            _speak(settings, "en", text_en, folder / "en", "text_en")

    return sounds.keep(sounds.announcements_dir(settings), make)


def spoken_article(settings: Settings, title: str, text: str) -> str:
    """Folder of an article's spoken title and text.

    Raises:
        InvalidError: names the field that cannot be spoken.
    """

    def make(folder: Path) -> None:
        for name, said in (("title", title), ("text", text)):
            (folder / name).mkdir()
            _speak(settings, "zh_CN", said, folder / name / "zh_CN", name)

    return sounds.keep(sounds.articles_dir(settings), make)


def uploaded_announcement(settings: Settings, data: bytes) -> str:
    """Folder of the announcement made from a WAV or MP3 file's content.

    Raises:
        InvalidError: why it cannot be used.
    """
    return sounds.keep(sounds.announcements_dir(settings), partial(_take, settings, data))


def _speak(settings: Settings, language: Language, text: str, stem: Path, field: str) -> None:
    try:
        length = speak_text(settings, language, text, stem)
    except SynthesisError as error:
        raise InvalidError("文字无法合成语音，请修改后重试。", fields={field: "无法合成语音"}) from error
    _check_length(settings, length, field)


def _take(settings: Settings, data: bytes, folder: Path) -> None:
    if not data:
        raise _refused("文件是空的。")
    if len(data) > settings.house.upload_max_mib * _MIB:
        raise _refused(f"文件过大：最多 {settings.house.upload_max_mib} MB。")
    if not _is_wav_or_mp3(data):
        raise _refused("只能上传 WAV 或 MP3 文件。")
    try:
        length = take_recording(settings, data, "upload", folder / sounds.CHINESE)
    except RecordingRefusedError as error:
        raise _refused(_in_chinese(error.reason)) from error
    _check_length(settings, length, "audio")


def _check_length(settings: Settings, length: float, field: str) -> None:
    most = settings.house.announcement_max_s
    if length > most:
        reason = f"太长：{length:.0f} 秒，最多 {most} 秒。"
        raise InvalidError(reason, fields={field: reason})


def _is_wav_or_mp3(data: bytes) -> bool:
    is_wav = data[:4] == b"RIFF" and data[8:12] == b"WAVE"
    return is_wav or data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)


def _refused(reason: str) -> InvalidError:
    return InvalidError(reason, fields={"audio": reason})


def _in_chinese(reason: str) -> str:
    sentences = {
        "silence": "录音里没有声音。",
        "no sound": "录音里没有声音。",
        "clipped": "录音过响失真，请重新录制。",
        "longer than": "录音太长。",
    }
    found = (sentence for words, sentence in sentences.items() if words in reason)
    return next(found, "文件已损坏，无法解码。")
