"""The closed contract between dialplan and Python: every channel variable both sides know.

`tests/contracts/test_variables.py` holds this table against the dialplan text and the handlers.
"""

from __future__ import annotations

#: name → who sets it, what it means. README.md of this folder is written from it.
VARIABLES: dict[str, str] = {
    "HL_RAW": "dialplan: calling number as the carrier sent it, percent-encoded",
    "HL_TRUNK": "pjsip endpoint: name of the trunk (chan_dahdi.conf sets it on E1 channels)",
    "HL_TRUNK_LIMIT": "pjsip endpoint: calls at once on that trunk (on E1 channels too)",
    "HL_CALL": "dialplan: call id (the switch's linked id); names the recording files",
    "HL_NEXT": "inbound handler: queue, message, goodbye or forward: where the dialplan goes on",
    "HL_QUEUE": "inbound handler: name of the queue when HL_NEXT is queue, or forward and nobody answers",
    "HL_PRIORITY": "inbound handler: place in that queue: emergencies 10, ordinary calls 0, flagged ones -5",
    "HL_FORWARD": "inbound handler: name of a duty phone in the allow-list when HL_NEXT is forward",
    "HL_MESSAGE_ONLY": "inbound handler: 1 when a flagged caller may only leave a message",
    "HL_SEAT": "pjsip endpoint: extension of the seat a phone belongs to",
    "HL_CLOSED": "queue-entry handler: message or goodbye when the queue is closed now (非工作时间)",
    "HL_SAY": "queue-entry handler: sounds before waiting, joined by &; `nothing` for none",
    "HL_LAST_SEAT": "queue-entry handler: seat the caller talked with last, if it is ready now",
    "HL_MAX_WAIT": "dialplan: longest wait that begins in this queue, seconds",
    "HL_OVERFLOW": "dialplan: queue the caller goes on to when nobody of this one answers; empty: none",
    "HL_OVERFLOW_AFTER": "dialplan: seconds until then; 0: none",
    "HL_CALLBACK": "dialplan: `yes` when this queue offers to call back",
    "HL_SINCE": "dialplan: since when the caller waits, Unix time; a call back brings its own",
    "HL_AGED": "dialplan: priority won by that waiting",
    "HL_UNTIL": "dialplan: when the wait ends, whatever the queue, Unix time",
    "HL_LEFT": "dialplan: seconds until then",
    "HL_PATIENCE": "dialplan: time limit of this Queue(), seconds",
    "HL_FULL": "dialplan: 1 once the caller has been told that the queue is full",
    "HL_APOLOGY": "dialplan: `nobody` when the message is offered because no seat answered",
    "HL_MESSAGE_TRY": "dialplan: how often the caller has been asked for a message",
    "HL_MESSAGE_REVIEW": "dialplan: how often the caller has been asked what to do with the message",
    "HL_KEY": "dialplan: the key Read() took last",
    "HL_SURVEYED": "dialplan: 1 once the caller has been asked how the talk was",
    "HL_VISIT": "exchange: id of the result visit a call is for; empty on every other call",
    "HL_CASE_NUMBER": "exchange: number of the case a result visit asks about",
    "HL_CALLBACK_ID": "exchange: id of the call-back a call is for; empty on every other call",
    "HL_HELD": "exchange: extension of the seat held back for a call-back",
    "HL_LANGUAGE": "exchange: language a citizen is called back in: zh_CN or en",
    "HL_DIALLED": "exchange: number that was dialled, of a call the hotline placed",
    "HL_KEPT": "announcement handler: 1 once what a seat recorded is a draft",
    "HL_PROMPTS": "global: folder of the built prompts; the inbound handler sets it anew for a language",
    "HL_SPOOL": "global: folder of the recording legs",
    "HL_IVR_PORTS": "global: callers at once in menus, queues and messages",
    "HL_AGI": "global: FastAGI address",
    "HL_MESSAGE_MAX": "global: longest message, seconds",
    "HL_MESSAGE_SILENCE": "global: silence that ends a message, seconds",
    "HL_MESSAGE_REVIEW_S": "global: silence that keeps a message, seconds",
    "HL_ANNOUNCEMENT_MAX": "global: longest announcement recorded by telephone, seconds",
    "HL_MESSAGE_EMPTY_BYTES": "global: ended in silence and at most this many bytes: an empty message",
}

#: Fields of a line of cel.log, in order. ivr.switch.cel reads them under these names.
CEL_FIELDS: dict[str, str] = {
    "type": "${eventtype}",
    "time": "${eventtime}",
    "linked_id": "${CHANNEL(linkedid)}",
    "unique_id": "${CHANNEL(uniqueid)}",
    "channel": "${CHANNEL(channame)}",
    "context": "${CHANNEL(context)}",
    "exten": "${CHANNEL(exten)}",
    "app": "${CHANNEL(appname)}",
    "app_data": "${CHANNEL(appdata)}",
    "user_type": "${userdeftype}",
    "extra": "${eventextra}",
}
