"""Open311 GeoReport v2: citizens' apps of any make report and follow cases. See docs/open311.md."""
