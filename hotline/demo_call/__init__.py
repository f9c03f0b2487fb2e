"""`hotline demo-call`: real calls from the carrier's side, told step by step from what the API then knows."""
