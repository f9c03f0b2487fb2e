"""Whether the ledger and the switch's own queue log tell the same story."""
