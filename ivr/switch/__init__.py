"""The switch's wires: commands over AMI, events from the CEL file."""
