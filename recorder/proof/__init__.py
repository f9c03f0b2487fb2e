"""Proof that nothing was lost or changed (完整性证明): a chain of days, and a walk through the archive.

See docs/decisions/0016.
"""
