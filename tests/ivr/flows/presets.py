"""The delivered flows, loaded as a hotline with the default settings does."""

from __future__ import annotations

from core.settings import Settings
from ivr.flows import loader
from ivr.prompts import catalogue
from ivr.queues import QUEUES

_SETTINGS = Settings.model_construct()
PROMPTS = catalogue.load(_SETTINGS)
FORWARDS = _SETTINGS.forward.numbers
FLOWS = {name: loader.load(name, PROMPTS, QUEUES, FORWARDS) for name in loader.PRESETS}
