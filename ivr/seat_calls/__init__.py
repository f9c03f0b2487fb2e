"""Calls a seat places (点击外呼、回拨): its own device first, then the citizen's."""
