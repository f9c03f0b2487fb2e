"""Cases (案卷): workflow table, numbering, intake from calls, catalogue and places."""
