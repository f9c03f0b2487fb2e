"""Shared ground floor: settings, database, events, accounts. Imports no other room."""
