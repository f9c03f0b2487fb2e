"""What Asterisk reads, rendered from the settings tree."""
