"""Why a case did not move: each with a stable code and a sentence for the person who tried."""

from __future__ import annotations

from core.errors import ConflictError, ForbiddenError, NotFoundError


class NoSuchCaseError(NotFoundError):
    """没有这个案卷。"""

    code = "no_such_case"


class NoSuchMoveError(NotFoundError):
    """没有这个操作。"""

    code = "no_such_move"


class RoleNotAllowedError(ForbiddenError):
    """您的角色不能进行这个操作。"""

    code = "role_not_allowed"


class WrongStageError(ConflictError):
    """案卷当前所处的阶段不能进行这个操作。"""

    code = "wrong_stage"


class GuardedError(ConflictError):
    """案卷当前的情况不允许这个操作。"""

    code = "not_now"
