"""Exchange with other platforms (平台对接): 12345, the grid platform, departments' own systems."""
