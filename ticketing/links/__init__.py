"""Cases that belong together (关联): hints, merging and splitting, group events, who and what comes again."""

from ticketing.links.hints import Hint, hints

__all__ = ["Hint", "hints"]
