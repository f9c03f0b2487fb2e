"""Commands about cases: each module here is one of them."""
