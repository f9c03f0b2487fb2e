"""audioop, imported in one place.

Gone from the standard library in 3.13, where audioop-lts takes its place under the same name.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

__all__ = ["audioop"]
