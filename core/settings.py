"""The one typed settings tree.

Each value is found in this order: environment `HOTLINE_<SECTION>_<NAME>`, then the TOML file named by
`HOTLINE_CONFIG` (default `hotline.toml` in the working directory), then the default below.
`docs/hotline.example.toml` is generated from the descriptions here.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.after_call import Survey, Visits
from core.case_settings import Cases as Cases
from core.delivery_settings import Delivery as Delivery
from core.live_help_settings import Live as Live
from core.notice_settings import Notices as Notices
from core.open311_settings import Open311 as Open311
from core.platform_settings import Exchange as Exchange
from core.platform_settings import Webhooks as Webhooks
from core.recorder_settings import (
    Archive as Archive,
)
from core.recorder_settings import (
    Proof as Proof,
)
from core.recorder_settings import (
    Quality as Quality,
)
from core.recorder_settings import (
    Retention as Retention,
)
from core.recorder_settings import (
    Search as Search,
)
from core.recorder_settings import (
    Vault as Vault,
)
from core.seat_settings import Seats as Seats
from core.section import Section as Section
from core.sections import CHECKOUT as CHECKOUT
from core.sections import (
    Agi as Agi,
)
from core.sections import (
    Ami as Ami,
)
from core.sections import (
    Calendar as Calendar,
)
from core.sections import (
    Callback as Callback,
)
from core.sections import (
    Database as Database,
)
from core.sections import (
    Demo as Demo,
)
from core.sections import (
    Flow as Flow,
)
from core.sections import (
    Forward as Forward,
)
from core.sections import (
    House as House,
)
from core.sections import (
    Ivr as Ivr,
)
from core.sections import (
    Log as Log,
)
from core.sections import (
    Message as Message,
)
from core.sections import (
    Outbound as Outbound,
)
from core.sections import (
    Paths as Paths,
)
from core.sections import (
    Queue as Queue,
)
from core.sections import (
    Recording as Recording,
)
from core.sections import (
    Redis as Redis,
)
from core.sections import (
    Sip as Sip,
)
from core.sections import (
    Transcribe as Transcribe,
)
from core.sections import (
    Tts as Tts,
)
from core.sections import (
    Web as Web,
)
from core.transfer_settings import Transfer as Transfer
from core.trunks import E1Trunk, SipTrunk, Trunks
from core.trunks import check as check_trunks

#: In the environment, but no settings: where the file is, and what `npm run dev` talks to.
_NOT_SETTINGS = ("HOTLINE_CONFIG", "HOTLINE_URL")


def config_file() -> Path:
    """The TOML file settings are read from; it need not exist."""
    return Path(os.environ.get("HOTLINE_CONFIG", "hotline.toml"))


class Settings(BaseSettings):
    """Every port, folder and limit of one hotline instance."""

    model_config = SettingsConfigDict(
        env_prefix="HOTLINE_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    paths: Paths = Field(default_factory=Paths)
    sip: Sip = Field(default_factory=Sip)
    trunks: Trunks = Field(default_factory=dict)
    ivr: Ivr = Field(default_factory=Ivr)
    seats: Seats = Field(default_factory=Seats)
    ami: Ami = Field(default_factory=Ami)
    agi: Agi = Field(default_factory=Agi)
    redis: Redis = Field(default_factory=Redis)
    database: Database = Field(default_factory=Database)
    web: Web = Field(default_factory=Web)
    flow: Flow = Field(default_factory=Flow)
    forward: Forward = Field(default_factory=Forward)
    queue: Queue = Field(default_factory=Queue)
    calendar: Calendar = Field(default_factory=Calendar)
    message: Message = Field(default_factory=Message)
    survey: Survey = Field(default_factory=Survey)
    visits: Visits = Field(default_factory=Visits)
    cases: Cases = Field(default_factory=Cases)
    webhooks: Webhooks = Field(default_factory=Webhooks)
    exchange: Exchange = Field(default_factory=Exchange)
    open311: Open311 = Field(default_factory=Open311)
    delivery: Delivery = Field(default_factory=Delivery)
    notices: Notices = Field(default_factory=Notices)
    recording: Recording = Field(default_factory=Recording)
    archive: Archive = Field(default_factory=Archive)
    vault: Vault = Field(default_factory=Vault)
    retention: Retention = Field(default_factory=Retention)
    proof: Proof = Field(default_factory=Proof)
    transcribe: Transcribe = Field(default_factory=Transcribe)
    search: Search = Field(default_factory=Search)
    quality: Quality = Field(default_factory=Quality)
    outbound: Outbound = Field(default_factory=Outbound)
    callback: Callback = Field(default_factory=Callback)
    transfer: Transfer = Field(default_factory=Transfer)
    live: Live = Field(default_factory=Live)
    tts: Tts = Field(default_factory=Tts)
    house: House = Field(default_factory=House)
    demo: Demo = Field(default_factory=Demo)
    log: Log = Field(default_factory=Log)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=config_file())

    @model_validator(mode="after")
    def _sections_are_known(self) -> Settings:
        """pydantic-settings looks only for names it knows; a misspelt section would be silent."""
        for name in os.environ:
            section = name.removeprefix("HOTLINE_").split("_")[0].lower()
            is_ours = name.startswith("HOTLINE_") and name not in _NOT_SETTINGS
            if is_ours and section not in type(self).model_fields:
                raise ValueError(f"the environment has {name}, but there is no section {section!r}")
        return self

    @model_validator(mode="after")
    def _trunks_are_apart(self) -> Settings:
        check_trunks(self.trunks)
        return self

    @property
    def trunk_table(self) -> dict[str, SipTrunk | E1Trunk]:
        """Every trunk by name: those of the settings, or `demo` where none is named."""
        if self.trunks:
            return dict(self.trunks)
        # The demo's carrier is a program that is there for a call only: asking it for life says nothing.
        sip = self.sip
        demo = SipTrunk(
            addresses=sip.trunk_addresses,
            contact=sip.trunk_contact,
            channels=sip.trunk_channels,
            qualify_s=0,
        )
        return {"demo": demo}

    @property
    def carrier_addresses(self) -> list[str]:
        """Addresses and networks calls are let in from without a password."""
        table = self.trunk_table.values()
        return [address for trunk in table if isinstance(trunk, SipTrunk) for address in trunk.addresses]

    @property
    def database_url(self) -> str:
        """Async SQLAlchemy URL: setting, then DATABASE_URL, then SQLite under the state folder."""
        url = self.database.url or os.environ.get("DATABASE_URL", "")
        if not url:
            return f"sqlite+aiosqlite:///{self.paths.state / 'hotline.db'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+asyncpg://" + url.removeprefix(plain)
        return url

    @property
    def prompts_dir(self) -> Path:
        return self.paths.prompts or self.paths.state / "prompts"

    @property
    def studio_dir(self) -> Path:
        return self.paths.studio or self.paths.state / "studio"

    @property
    def spool_dir(self) -> Path:
        """Where Asterisk writes the two A-law legs of each call: `<call id>-caller.alaw`, `-hotline.alaw`."""
        return self.paths.state / "spool"

    @property
    def archive_dir(self) -> Path:
        """Archive copies of the local store."""
        return self.archive.folder or self.paths.state / "archive"

    @property
    def log_dir(self) -> Path:
        return self.paths.state / "log"

    @property
    def secrets_dir(self) -> Path:
        return self.paths.state / "secrets"

    @property
    def asterisk_dir(self) -> Path:
        """Rendered configuration in `etc`, run-time files beside it."""
        return self.paths.state / "asterisk"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        pydantic.ValidationError: a value does not fit; the message names section and field.
    """
    return Settings()
