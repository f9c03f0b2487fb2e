"""Finding recordings: the index and its words, saved searches, keyword lists and their alerts."""
