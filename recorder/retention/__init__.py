"""How long recordings are kept: rules, legal hold, deletion by two people, and the proof that is left."""
