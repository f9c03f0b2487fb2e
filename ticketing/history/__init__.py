"""The history nobody can alter (不可篡改的流转记录).

`chain`: each entry of a case takes in the sum of the one before. `seal`: once a day the last entry of every
case that moved is written down, and the seals are a chain themselves. `verify`: all of it computed again.
"""
