"""Live help (实时辅助): what both sides say, written down while they say it."""
