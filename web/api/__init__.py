"""The JSON API under /api/v1: route table, input and output models, handlers."""
