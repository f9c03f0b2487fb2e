"""Live updates to consoles over a WebSocket."""
