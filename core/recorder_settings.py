"""Settings of the archive of recordings and of what is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from core.section import Section


class Archive(Section):
    """Where recordings are kept, and how they are encoded."""

    store: Literal["local", "s3"] = Field(
        "local", description="Where new recordings are kept: a folder, or an S3-compatible object store."
    )
    folder: Path | None = Field(
        None,
        description="Folder of the archive, for example on a disk of its own; default: `archive` in the"
        " state folder.",
    )
    codec: Literal["opus", "flac", "wav"] = Field(
        "opus",
        description="How recordings are encoded: opus for speech (`recording.bitrate_kbps`), flac or wav to"
        " the sample. What was kept before stays as it was.",
    )
    s3_endpoint: str = Field(
        "", description="Address of the object store, for example https://store.example:9000."
    )
    s3_bucket: str = Field("recordings", description="Its bucket, which must be there already.")
    s3_region: str = Field("us-east-1", description="Its region; most stores of one's own want this one.")
    s3_timeout_s: float = Field(
        10.0,
        description="The object store counts as away when an answer takes longer, seconds.",
        gt=0,
        le=120,
    )
    s3_authorities: Path | None = Field(
        None, description="PEM file of those who certify the object store; default: the machine's own list."
    )

    @model_validator(mode="after")
    def _s3_has_an_address(self) -> Archive:
        if self.store == "s3" and not self.s3_endpoint.startswith(("http://", "https://")):
            raise ValueError("s3_endpoint must be an address that begins with https:// or http://")
        return self


class Vault(Section):
    """Encryption at rest (信封加密): each recording with a key of its own, wrapped by a master key."""

    enabled: bool = Field(
        True, description="Encrypt recordings where they are kept. What was kept before stays as it was."
    )
    key_file: Path | None = Field(
        None,
        description="File with a master key from elsewhere: 64 hexadecimal digits, or 32 bytes. Default: one"
        " made at set-up, in `secrets/vault` of the state folder. Without the key the recordings are lost.",
    )


class Retention(Section):
    """How long recordings are kept (保存期限), and what is asked of those who open them."""

    reason: Literal["always", "confidential", "never"] = Field(
        "confidential",
        description="Whether a person has to say why before hearing a recording: always, for calls whose "
        "caller asked to stay unknown (保密), or never.",
    )
    reason_minutes: int = Field(
        30, description="For how many minutes a reason counts, for that recording.", ge=1, le=1440
    )
    case_months: int = Field(
        24,
        description="Months a recording whose call has a case is kept after the later of the call's end and "
        "the case's closing; 0: for good. Rules made in the console go first.",
        ge=0,
        le=1200,
    )
    other_months: int = Field(
        12, description="The same for calls without a case, after their end; 0: for good.", ge=0, le=1200
    )
    sweep_hour: int = Field(
        3, description="From this hour on (China time) the day's proposals to delete are made.", ge=0, le=23
    )
    signers: Literal["inspector_administrator", "administrators"] = Field(
        "inspector_administrator",
        description="The two people who sign a deletion: an inspector and an administrator, or two "
        "administrators. Never one person twice.",
    )
    lifter: Literal["other_administrator", "administrator"] = Field(
        "other_administrator",
        description="Who may lift a legal hold: an administrator who did not set it, or any administrator.",
    )
    personal_data_days: int = Field(
        7, description="Days a personal data export waits to be fetched, once.", ge=1, le=60
    )


class Proof(Section):
    """Proof that no recording was removed or changed (完整性证明)."""

    grace_hours: float = Field(
        4.0,
        description="A day's recordings are sealed into the chain so many hours after midnight (China time)."
        " What is archived later stands in a later day of the chain.",
        ge=0,
        le=240,
    )


class Search(Section):
    """Finding recordings, and words that raise an alarm (关键词告警)."""

    alert_hours: int = Field(
        24,
        description="Keywords raise an alert in calls that ended within so many hours; in older ones (an old "
        "recording transcribed again) they are only found by searching.",
        ge=1,
        le=8760,
    )
    sweep_s: float = Field(
        30.0, description="Seconds between two looks for recordings the index has missed.", gt=0, le=3600
    )


class Quality(Section):
    """Quality inspection (质检): whom to sample, what the machine looks at, how long things may take."""

    random_per_seat: int = Field(
        5, ge=0, le=100, description="Calls drawn at random for each seat in each week; 0: none."
    )
    rule_per_seat: int = Field(
        10,
        ge=0,
        le=200,
        description="Calls the rules may add for each seat in each week, the weightiest first.",
    )
    min_talk_s: float = Field(
        10.0, ge=0, le=600, description="Shorter talks are not drawn at random, seconds."
    )
    low_survey: int = Field(
        4, ge=2, le=6, description="Rule: a rating of this key or worse (5: very dissatisfied); 6: off."
    )
    short_talk_s: float = Field(
        15.0, ge=0, le=600, description="Rule: a talk shorter than this, seconds; 0: off."
    )
    long_talk_s: float = Field(
        900.0, ge=0, le=86_400, description="Rule: a talk longer than this, seconds; 0: off."
    )
    longest_silence_s: float = Field(
        20.0,
        ge=0,
        le=3600,
        description="Rule and pre-scoring: nobody says a word for this long, seconds; 0: off.",
    )
    talk_over_s: float = Field(
        5.0,
        ge=0,
        le=3600,
        description="Rule and pre-scoring: both talk at once for this long together, seconds; 0: off.",
    )
    new_seat_days: int = Field(
        30, ge=0, le=365, description="Rule: the person has had an account for fewer days than this; 0: off."
    )
    claim_minutes: int = Field(
        60, ge=5, le=1440, description="A call an inspector has taken is free again after this, minutes."
    )
    appeal_workdays: int = Field(5, ge=1, le=60, description="A seat may appeal within so many workdays.")
    greetings: list[str] = Field(
        default=["您好", "你好"], description="Pre-scoring: one of them is said when a seat answers."
    )
    greeting_within_s: float = Field(
        8.0, gt=0, le=60, description="Pre-scoring: within this long after the seat answered, seconds."
    )
    closings: list[str] = Field(
        default=["再见", "感谢您的来电", "感谢来电", "祝您生活愉快"],
        description="Pre-scoring: one of them is said before the seat hangs up.",
    )
    closing_within_s: float = Field(
        15.0, gt=0, le=120, description="Pre-scoring: within the last so many seconds of the talk."
    )
    forbidden: list[str] = Field(
        default=["不知道", "不归我管", "没办法", "你说快点", "听不懂", "投诉也没用", "你去投诉", "烦不烦"],
        description="Pre-scoring: words a seat does not say (服务忌语).",
    )
    silence_share: float = Field(
        0.3, ge=0, le=1, description="Pre-scoring: share of the talk in which nobody speaks."
    )
    slowest_chars: int = Field(
        120, ge=0, le=1000, description="Pre-scoring: a seat speaks at least so many characters a minute."
    )
    fastest_chars: int = Field(
        360, ge=1, le=2000, description="Pre-scoring: a seat speaks at most so many characters a minute."
    )
