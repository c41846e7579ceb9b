"""Events reach webhooks and mailboxes: signed, once, and again when they were not taken."""

import asyncio

import pytest
from tests.integration.notifications.conftest import Mailbox, Running, Site
from tests.integration.notifications.webhook import Webhook

from tradewind.contracts.notifications import (
    Channel,
    ChannelKind,
    Condition,
    DeliveryStatus,
    Topic,
)
from tradewind.contracts.vocabulary import MAIN_VENUE, AccountId
from tradewind.notification_service.domain.retrying import ATTEMPTS_MAX
from tradewind.notification_service.domain.signing import sign
from tradewind.notification_service.service import (
    CODE_ATTEMPTS_MAX,
    ChannelNotConfirmed,
    EmailNotSetUp,
)
from tradewind.platform.errors import MalformedRequest, NotFound, Refusal
from tradewind.platform.ids import new_id
from tradewind.platform.money import PriceUnits, to_units

ALL = tuple(Topic)


async def hook(site: Site, webhook: Webhook, *topics: Topic) -> tuple[Channel, str]:
    made = await site.app.create_channel(
        site.story.account_id, MAIN_VENUE, ChannelKind.WEBHOOK, webhook.url, topics or ALL
    )
    assert made.secret is not None
    return made.channel, made.secret


async def statuses(site: Site, channel: Channel) -> list[tuple[str, DeliveryStatus, int]]:
    found = await site.app.list_deliveries(site.story.account_id, channel.channel_id)
    return [(each.event_type, each.status, each.attempts) for each in found]


async def settled(site: Site, channel: Channel, *expected: tuple[str, DeliveryStatus, int]) -> None:
    """Return when the messages to a channel, newest first, are in these states."""
    async with asyncio.timeout(20):
        while True:
            if await statuses(site, channel) == list(expected):
                return
            await asyncio.sleep(0.02)


async def test_webhook_is_told_with_a_signature_that_its_secret_verifies(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    channel, secret = await hook(site, webhook)
    site.story.buy("AAPL", 10, "187.2", fee="1.5")
    arrived = await webhook.next()
    message = arrived.message
    assert message["type"] == "order_filled"
    assert message["account_id"] == site.story.account_id
    data = message["data"]
    assert isinstance(data, dict)
    assert (data["symbol"], data["qty"], data["price"], data["fee"]) == (
        "AAPL", "10", "187.2", "1.5",
    )  # fmt: skip
    headers = arrived.headers
    assert headers["webhook-id"] == message["event_id"]
    timestamp = int(headers["webhook-timestamp"])
    assert timestamp == int(site.clock.now().timestamp())
    expected = sign(secret, headers["webhook-id"], timestamp, arrived.body)
    assert headers["webhook-signature"] == expected
    await settled(site, channel, ("order_filled", DeliveryStatus.DELIVERED, 1))


async def test_channel_is_told_of_its_topics_and_only_of_what_is_later(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    site.story.deposit(1)
    await hook(site, webhook, Topic.ACCOUNT)
    site.story.buy("AAPL", 1, 1)
    site.story.deposit(2)
    message = (await webhook.next()).message
    assert message["type"] == "cash_deposited"
    assert message["data"] == {
        "account_id": site.story.account_id, "amount": "2", "reference": "test", "key": "",
    }  # fmt: skip
    assert webhook.arrived.empty()


async def test_message_that_is_not_taken_is_sent_again_with_growing_pauses(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    webhook.statuses = [500, 302, 200]
    channel, _ = await hook(site, webhook)
    site.story.deposit(1)
    first = await webhook.next()
    await settled(site, channel, ("cash_deposited", DeliveryStatus.WAITING, 1))
    assert webhook.arrived.empty()
    site.later(2)
    second = await webhook.next()
    await settled(site, channel, ("cash_deposited", DeliveryStatus.WAITING, 2))
    (waiting,) = await site.app.list_deliveries(site.story.account_id, channel.channel_id)
    assert waiting.last_error == "answered with 302"
    site.later(4)
    third = await webhook.next()
    await settled(site, channel, ("cash_deposited", DeliveryStatus.DELIVERED, 3))
    ids = {each.headers["webhook-id"] for each in (first, second, third)}
    assert len(ids) == 1


async def test_message_is_given_up_after_many_attempts(running: Running, webhook: Webhook) -> None:
    site = await running()
    webhook.statuses = [503] * ATTEMPTS_MAX
    channel, _ = await hook(site, webhook)
    site.story.deposit(1)
    for attempt in range(1, ATTEMPTS_MAX + 1):
        await webhook.next()
        last = attempt == ATTEMPTS_MAX
        status = DeliveryStatus.FAILED if last else DeliveryStatus.WAITING
        await settled(site, channel, ("cash_deposited", status, attempt))
        site.later(3600)
    assert webhook.arrived.empty()


async def test_what_happened_while_the_service_was_away_is_told_once(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    channel, _ = await hook(site, webhook)
    site.story.deposit(1)
    await webhook.next()
    await settled(site, channel, ("cash_deposited", DeliveryStatus.DELIVERED, 1))
    await site.app.stop()
    for amount in (2, 3):
        site.story.deposit(amount)
    await running()
    amounts = [(await webhook.next()).message["data"]["amount"] for _ in range(2)]  # type: ignore[index] # JSON
    assert sorted(amounts) == ["2", "3"]
    site.story.deposit(4)
    assert (await webhook.next()).message["data"]["amount"] == "4"  # type: ignore[index] # JSON
    assert webhook.arrived.empty()


async def test_part_of_a_journal_that_is_read_again_tells_nothing_twice(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    channel, _ = await hook(site, webhook)
    site.story.deposit(1)
    await webhook.next()
    await settled(site, channel, ("cash_deposited", DeliveryStatus.DELIVERED, 1))
    await site.app.stop()
    # As after a crash before the place was written down.
    await site.database.execute("UPDATE venue_progress SET last_number = 1")
    await running()
    site.story.deposit(2)
    assert (await webhook.next()).message["data"]["amount"] == "2"  # type: ignore[index] # JSON
    assert webhook.arrived.empty()


async def test_email_is_confirmed_by_the_code_that_the_address_was_sent(
    running: Running, mailbox: Mailbox
) -> None:
    site = await running()
    account_id = site.story.account_id
    made = await site.app.create_channel(
        account_id, MAIN_VENUE, ChannelKind.EMAIL, "me@example.org", (Topic.FILLS,)
    )
    channel_id = made.channel.channel_id
    assert (made.secret, made.channel.confirmed) == (None, False)
    letter = await mailbox.next()
    assert letter["To"] == "me@example.org"
    code = str(letter.get_payload()).partition("code: ")[2].split()[0]
    site.story.buy("AAPL", 1, 1)
    with pytest.raises(ChannelNotConfirmed):
        await site.app.test_channel(account_id, channel_id)
    with pytest.raises(MalformedRequest, match=r"me@example\.org"):
        await site.app.confirm_channel(account_id, channel_id, "x")
    assert (await site.app.confirm_channel(account_id, channel_id, f" {code}\n")).confirmed
    site.story.sell("AAPL", 1, "2.5")
    told = await mailbox.next()
    assert told["Subject"] == "Order filled: sell 1 AAPL at 2.5"
    assert told["From"] == "tradewind@localhost"
    assert told["Message-ID"]
    assert "fee: 0" in str(told.get_payload())


async def test_code_cannot_be_guessed_for_ever(running: Running, mailbox: Mailbox) -> None:
    site = await running()
    made = await site.app.create_channel(
        site.story.account_id, MAIN_VENUE, ChannelKind.EMAIL, "me@example.org", ALL
    )
    letter = await mailbox.next()
    code = str(letter.get_payload()).partition("code: ")[2].split()[0]
    for guess in [*("x" for _ in range(CODE_ATTEMPTS_MAX)), code]:
        with pytest.raises(MalformedRequest):
            await site.app.confirm_channel(site.story.account_id, made.channel.channel_id, guess)


async def test_server_that_does_not_answer_costs_no_letter(
    running: Running, mailbox: Mailbox
) -> None:
    site = await running(smtp_port=1)
    made = await site.app.create_channel(
        site.story.account_id, MAIN_VENUE, ChannelKind.EMAIL, "me@example.org", ALL
    )
    await settled(site, made.channel, ("confirm_address", DeliveryStatus.WAITING, 1))
    await site.app.stop()
    site.later(2)
    await running()
    assert (await mailbox.next())["To"] == "me@example.org"


@pytest.mark.parametrize(
    ("condition", "before", "reached"),
    [(Condition.AT_OR_ABOVE, "99.99", "100"), (Condition.AT_OR_BELOW, "100.01", "99.5")],
)
async def test_price_alert_is_told_once_when_the_market_trades_there(
    running: Running, webhook: Webhook, condition: Condition, before: str, reached: str
) -> None:
    site = await running()
    await hook(site, webhook, Topic.PRICE_ALERTS)
    account_id = site.story.account_id
    alert = await site.app.create_alert(
        account_id, MAIN_VENUE, "aapl", condition, PriceUnits(to_units(100))
    )
    async with asyncio.timeout(20):
        while webhook.arrived.empty():
            for symbol, price in (("AAPL", before), ("MSFT", reached), ("AAPL", reached)):
                await site.trade(symbol, price)
            await asyncio.sleep(0.02)
    message = (await webhook.next()).message
    assert (message["type"], message["event_id"]) == ("price_alert", f"alert:{alert.alert_id}")
    data = message["data"]
    assert isinstance(data, dict)
    assert (data["symbol"], data["price"], data["alert_price"]) == ("AAPL", reached, "100")
    (known,) = await site.app.list_alerts(account_id)
    assert known.triggered_price == to_units(reached)
    await site.trade("AAPL", reached)
    site.story.deposit(1)
    assert webhook.arrived.empty()


async def test_what_belongs_to_another_account_is_not_found(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    channel, _ = await hook(site, webhook)
    stranger = AccountId(new_id())
    alert = await site.app.create_alert(
        site.story.account_id, MAIN_VENUE, "AAPL", Condition.AT_OR_ABOVE, PriceUnits(1)
    )
    assert await site.app.list_channels(stranger) == []
    assert await site.app.list_alerts(stranger) == []
    for attempt in (
        site.app.delete_channel(stranger, channel.channel_id),
        site.app.test_channel(stranger, channel.channel_id),
        site.app.list_deliveries(stranger, channel.channel_id),
        site.app.confirm_channel(stranger, channel.channel_id, "1"),
        site.app.delete_alert(stranger, alert.alert_id),
        site.app.delete_alert(stranger, "no id"),
    ):
        with pytest.raises(NotFound):
            await attempt
    await site.app.delete_channel(site.story.account_id, channel.channel_id)
    await site.app.delete_alert(site.story.account_id, alert.alert_id)
    site.story.deposit(1)
    assert await site.app.list_channels(site.story.account_id) == []
    assert await site.app.list_alerts(site.story.account_id) == []


@pytest.mark.parametrize(
    "target",
    [
        "http://example.org/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/hook",
        "https://user:pw@example.org/hook",  # pragma: allowlist secret
        "ftp://example.org",
        "https:///hook",
        "hook",
    ],
)
async def test_webhook_into_ones_own_network_is_refused(running: Running, target: str) -> None:
    site = await running(webhook_private_networks=False)
    with pytest.raises(MalformedRequest, match="target"):
        await site.app.create_channel(
            site.story.account_id, MAIN_VENUE, ChannelKind.WEBHOOK, target, ALL
        )


async def test_name_that_leads_into_ones_own_network_gets_no_request(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    channel, _ = await hook(site, webhook)
    await site.app.stop()
    await running(webhook_private_networks=False)
    site.story.deposit(1)
    await settled(site, channel, ("cash_deposited", DeliveryStatus.WAITING, 1))
    (waiting,) = await site.app.list_deliveries(site.story.account_id, channel.channel_id)
    assert waiting.last_error == "127.0.0.1 is no public address"
    assert webhook.arrived.empty()


async def test_email_is_refused_where_no_server_is_set_up(running: Running) -> None:
    site = await running(smtp_host=None)
    with pytest.raises(EmailNotSetUp, match="TRADEWIND_SMTP_HOST"):
        await site.app.create_channel(
            site.story.account_id, MAIN_VENUE, ChannelKind.EMAIL, "me@example.org", ALL
        )


@pytest.mark.parametrize("target", ["me", "me@host", "a@b.c\nBcc: x@y.zz", "<me@example.org>", ""])
async def test_what_is_no_address_is_refused(running: Running, target: str) -> None:
    site = await running()
    with pytest.raises(MalformedRequest):
        await site.app.create_channel(
            site.story.account_id, MAIN_VENUE, ChannelKind.EMAIL, target, ALL
        )


async def test_account_may_have_so_many_channels_and_no_more(
    running: Running, webhook: Webhook
) -> None:
    site = await running()
    made = await asyncio.gather(*(hook(site, webhook) for _ in range(25)), return_exceptions=True)
    refused = [each for each in made if isinstance(each, BaseException)]
    assert len(refused) == 5
    assert all(isinstance(each, Refusal) and each.code == 42210301 for each in refused)
