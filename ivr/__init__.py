"""Everything about a live call: flows, prompts, queues, seats, the ledger, the switch."""
