"""More venues than connections."""

from tests.integration.orders.stage import Stage, price, restarted

from tradewind.contracts.orders import VenueSpec
from tradewind.contracts.vocabulary import VenueId
from tradewind.platform.ids import new_id


async def test_more_venues_than_the_database_has_connections(stage: Stage) -> None:
    app = stage.app
    assert app is not None
    limit = int(await stage.database.fetchval("SHOW max_connections"))
    for number in range(limit + 10):
        await app.create_venue(VenueSpec(venue_id=VenueId(f"many-{new_id()}"), name=str(number)))
    async with restarted(stage) as again:
        assert len(await again.list_venues()) > limit
        await again.submit_order(stage.order(limit_price=price(50)))
