"""How a message leaves: an HTTP request to a webhook, or a letter by SMTP."""

import asyncio
import ipaddress
import socket
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import urlsplit

import aiosmtplib
import httpx
import msgspec

from tradewind.notification_service.domain.email_text import subject_of, text_of
from tradewind.notification_service.domain.messages import Message
from tradewind.notification_service.domain.signing import sign
from tradewind.notification_service.records import Due
from tradewind.platform.settings import Settings
from tradewind.platform.version import this_build

TIMEOUT_S = 10.0
_SHOWN_MAX = 200
_decode = msgspec.json.Decoder(Message).decode


class NotTaken(Exception):
    """A message did not arrive; it says why."""


class WebhookSender:
    """Posts messages to URLs; only to public addresses unless others are allowed.

    Whoever may make a channel must not be able to send requests into the network that this service
    is in, so the address is looked up once, checked, and connected to.
    """

    def __init__(self, *, private_allowed: bool) -> None:
        self._private_allowed = private_allowed
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def send(self, due: Due, now: datetime) -> None:
        """Post a message; raises ``NotTaken`` unless it is answered with 2xx."""
        assert due.secret is not None, "every webhook has one"
        body = due.body.encode()
        timestamp_s = int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": f"Tradewind/{this_build().version}",
            "webhook-id": due.event_id,
            "webhook-timestamp": str(timestamp_s),
            "webhook-signature": sign(due.secret, due.event_id, timestamp_s, body),
        }
        try:
            async with asyncio.timeout(TIMEOUT_S):
                url, host = await self._checked(due.target)
                async with self._client.stream(
                    "POST",
                    url,
                    content=body,
                    headers={**headers, "host": urlsplit(due.target).netloc.rpartition("@")[2]},
                    extensions={"sni_hostname": host},
                ) as answer:
                    status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            raise NotTaken(f"{type(error).__name__}: {error}"[:_SHOWN_MAX]) from error
        if not httpx.codes.is_success(status):
            raise NotTaken(f"answered with {status}")

    async def _checked(self, target: str) -> tuple[httpx.URL, str]:
        """Return the URL with its address in the place of its host, and the host."""
        url = httpx.URL(target)
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, port, type=socket.SOCK_STREAM
        )
        addresses = [str(each[4][0]) for each in found]
        for address in addresses:
            if self._private_allowed or ipaddress.ip_address(address).is_global:
                return url.copy_with(host=address), url.host
        raise NotTaken(f"{url.host} is no public address")


class EmailSender:
    """Sends letters through one SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def send(self, due: Due, _: datetime) -> None:
        """Send a message; raises ``NotTaken`` unless the server takes it."""
        settings = self._settings
        message = _decode(due.body.encode())
        letter = EmailMessage()
        letter["From"] = settings.mail_from
        letter["To"] = due.target
        letter["Subject"] = subject_of(message)
        letter["Date"] = message.at
        # The same at every attempt, so that a mailbox can tell a repetition.
        letter["Message-ID"] = f"<{due.delivery_id}@tradewind.invalid>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text_of(message))
        try:
            await aiosmtplib.send(
                letter,
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                username=settings.smtp_username,
                password=settings.smtp_password,
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=TIMEOUT_S,
            )
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotTaken(f"{type(error).__name__}: {error}"[:_SHOWN_MAX]) from error
