"""What was noted lately: a dictionary that forgets the oldest."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")
#: Many more than there can be lines at once.
KEPT = 2000


class Recent(dict[str, T]):
    """Keeps the `KEPT` keys noted last."""

    def __setitem__(self, key: str, value: T) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > KEPT:
            del self[next(iter(self))]
