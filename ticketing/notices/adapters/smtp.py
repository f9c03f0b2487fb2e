"""E-mail by a real mail server.

SMTP knows no idempotency key: the `Message-ID` is the same in each attempt, by which mail servers drop what
comes twice.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from core.delivery import Outcome
from core.notice_settings import Notices
from ticketing.notices.adapters.base import Outgoing, Result

#: Connecting, log-in and handing over, together.
_TIME_LIMIT_S = 30.0
#: First digit of an answer that will stay the same.
_FOR_GOOD = 5
#: The whole server is not available.
_NOT_NOW = 421


class SmtpAdapter:
    def __init__(self, rules: Notices) -> None:
        self._rules = rules

    async def send(self, message: Outgoing, now: datetime) -> Result:
        began = time.monotonic()
        result = await self._send(message, now)
        took = int((time.monotonic() - began) * 1000)
        return Result(
            result.outcome, result.status, result.why, result.reference, took, is_down=result.is_down
        )

    @property
    def _domain(self) -> str:
        return parseaddr(self._rules.smtp_from)[1].rpartition("@")[2] or "localhost"

    def letter(self, message: Outgoing, now: datetime) -> EmailMessage:
        """Plain text: nothing a citizen or a department wrote becomes markup or a header."""
        letter = EmailMessage()
        letter["From"], letter["To"] = self._rules.smtp_from, message.recipient
        letter["Subject"] = message.subject or "12319"
        letter["Date"] = format_datetime(now)
        letter["Message-ID"] = f"<{message.key}@{self._domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.text)
        return letter

    async def _send(self, message: Outgoing, now: datetime) -> Result:
        import aiosmtplib  # only this channel needs it

        rules = self._rules
        try:
            async with asyncio.timeout(_TIME_LIMIT_S):
                _, answer = await aiosmtplib.send(
                    self.letter(message, now),
                    hostname=rules.smtp_host,
                    port=rules.smtp_port,
                    username=rules.smtp_user or None,
                    password=rules.smtp_password or None,
                    use_tls=rules.smtp_tls == "tls",
                    start_tls=rules.smtp_tls == "starttls",
                    local_hostname=self._domain,
                    timeout=_TIME_LIMIT_S / 2,
                )
        except aiosmtplib.SMTPAuthenticationError as error:
            return Result(Outcome.RETRY, error.code, "邮件服务器不接受我们的账号", is_down=True)
        except (aiosmtplib.SMTPConnectResponseError, aiosmtplib.SMTPHeloError) as error:
            return Result(Outcome.RETRY, error.code, f"邮件服务器应答 {error.code}", is_down=True)
        except aiosmtplib.SMTPSenderRefused as error:
            return Result(Outcome.RETRY, error.code, "邮件服务器不接受发件地址", is_down=True)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _answered(error.recipients[0].code, "邮件服务器不接受收件地址")
        except aiosmtplib.SMTPResponseException as error:
            return _answered(error.code, f"邮件服务器应答 {error.code}")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Result(Outcome.RETRY, why=f"邮件服务器无法连接：{type(error).__name__}", is_down=True)
        except ValueError:  # an address e-mail cannot carry
            return Result(Outcome.REFUSED, why="收件地址无效")
        return Result(Outcome.DELIVERED, 250, reference=_name(answer))


def _answered(code: int, why: str) -> Result:
    for_good = code // 100 == _FOR_GOOD
    return Result(Outcome.REFUSED if for_good else Outcome.RETRY, code, why, is_down=code == _NOT_NOW)


def _name(answer: str) -> str:
    """What the server said last; often it names its queue id there."""
    return "".join(one for one in answer if one.isprintable())[:128]
