"""Seats (坐席): who sits where, with which device, and what each does at this moment."""
