"""``/docs`` and ``/openapi.json``."""

from tradewind.api_gateway.docs_page import CONTENT_POLICY, docs_page
from tradewind.api_gateway.openapi import Json
from tradewind.api_gateway.routing.message import Request, Response, json_response
from tradewind.api_gateway.routing.route import Access, Route
from tradewind.api_gateway.wire.errors import ErrorStyle

_TAG = "Documentation"


class DocsEndpoints:
    """The documentation of all other routes, which is made after them."""

    def __init__(self) -> None:
        self._document = Response(status=404)
        self._page = Response(status=404)

    def publish(self, document: Json) -> None:
        """Set the document to show."""
        self._document = json_response(document)
        self._page = Response(
            docs_page(document),
            media_type=b"text/html; charset=utf-8",
            headers=((b"content-security-policy", CONTENT_POLICY),),
        )

    def routes(self) -> list[Route]:
        """Return the routes, which are not part of the document."""
        return [
            Route(
                "GET",
                path,
                handler,
                Access.PUBLIC,
                summary,
                _TAG,
                ErrorStyle.PROBLEM,
                is_documented=False,
            )
            for path, handler, summary in (
                ("/docs", self.page, "This page"),
                ("/openapi.json", self.document, "The OpenAPI document"),
            )
        ]

    async def page(self, _: Request) -> Response:
        """Answer the page for people."""
        return self._page

    async def document(self, _: Request) -> Response:
        """Answer the document for programs."""
        return self._document
