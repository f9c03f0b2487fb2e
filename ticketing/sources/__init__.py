"""Reports from outside without a call (外部来件): sources with keys of their own, and one intake."""
