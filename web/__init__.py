"""The front door for people: JSON API, live WebSocket, console."""
