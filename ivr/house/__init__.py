"""What the house says today: published flows, announcements, flagged numbers, spoken articles."""
