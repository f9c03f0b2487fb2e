"""Webhooks: who subscribes is told of every move of a case, signed, in order, at least once."""
