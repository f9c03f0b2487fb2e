"""The catalogue of classes (GB/T 30428.2-2013 and its neighbours), as data a city edits."""

from ticketing.catalogue.city import PLACES, places
from ticketing.catalogue.classes import categories
from ticketing.catalogue.files import DATA, DEFAULT_EDITION, EDITIONS
from ticketing.catalogue.references import wrong_references
from ticketing.catalogue.shipped import load

__all__ = [
    "DATA",
    "DEFAULT_EDITION",
    "EDITIONS",
    "PLACES",
    "categories",
    "load",
    "places",
    "wrong_references",
]
