"""Where archive copies lie: local folders or an object store, behind one interface."""
