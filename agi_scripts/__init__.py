"""The door Asterisk knocks on: the FastAGI server and one short handler per dialplan entry."""
