"""Who may do what with recordings: rights by role, grants by person, and the reason given for listening."""
