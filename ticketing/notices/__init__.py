"""Telling people about a case (反馈): a move writes messages, in its own transaction; a sender carries them.

`tell` is called by the door for every move: templates of that move → messages (`outgoing_messages`). `sender`
takes what is due, within quiet hours and limits, and hands it to an adapter (log, HTTP gateway, mail server).
"""

from ticketing.notices.tell import tell

__all__ = ["tell"]
