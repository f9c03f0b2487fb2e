"""The survey after a talk (满意度评价): the call's quality, not the case's result."""
