"""The command `hotline`: sets a machine up, runs every part under supervision, demonstrates, lists."""
