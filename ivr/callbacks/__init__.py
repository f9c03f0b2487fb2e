"""Call-backs (回拨) that keep the caller's place, and missed calls (漏接)."""
