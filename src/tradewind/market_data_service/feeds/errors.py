"""Why a feed declines."""

from tradewind.platform.errors import Refusal


class FeedExists(Refusal):
    """A venue has one feed, and this one has another already."""

    status = 409
    code = 40910001
    title = "Feed exists"


class FeedRunsByItself(Refusal):
    """Only a lockstep replay can be stepped."""

    status = 422
    code = 42210020
    title = "Feed runs by itself"


class FeedStopped(Refusal):
    """The feed was ended and goes no further."""

    status = 422
    code = 42210021
    title = "Feed stopped"


class NothingToReplay(Refusal):
    """No prices of the wanted symbols lie in the wanted dates."""

    status = 422
    code = 42210022
    title = "Nothing to replay"


class TooManyFeeds(Refusal):
    """There is a bound on how many venues one process feeds."""

    status = 422
    code = 42210023
    title = "Too many feeds"
