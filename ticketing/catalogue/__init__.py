"""The catalogue of classes (GB/T 30428.2-2013 and its neighbours), as data a city edits."""

from ticketing.catalogue.city import PLACES, places
from ticketing.catalogue.classes import categories, editions, in_force, name_at, unknown_class
from ticketing.catalogue.files import DATA, DEFAULT_EDITION, EDITIONS
from ticketing.catalogue.filing import Filing, filing
from ticketing.catalogue.references import wrong_references
from ticketing.catalogue.severity import severities
from ticketing.catalogue.shipped import load

__all__ = [
    "DATA",
    "DEFAULT_EDITION",
    "EDITIONS",
    "PLACES",
    "Filing",
    "categories",
    "editions",
    "filing",
    "in_force",
    "load",
    "name_at",
    "places",
    "severities",
    "unknown_class",
    "wrong_references",
]
