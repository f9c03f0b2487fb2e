"""Steps that need facts, one file each."""
