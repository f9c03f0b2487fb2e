"""Trunks (中继) at work: are they up, how full are they, whom did they refuse."""
