"""Speech to text: the protocol, its engines, and where their models are found."""
