import msgspec

from tradewind.platform.errors import NotFound, RateLimited
from tradewind.platform.problems import alpaca_body, problem_body, refusal_headers


def test_a_problem_has_the_members_of_rfc_9457_and_alpacas_two() -> None:
    body = msgspec.json.decode(problem_body(NotFound("no order 7", order_id="7"), "request-1"))
    assert body == {
        "type": "urn:tradewind:error:40410000",
        "title": "Not found",
        "status": 404,
        "detail": "no order 7",
        "code": 40410000,
        "message": "no order 7",
        "order_id": "7",
        "request_id": "request-1",
    }


def test_alpacas_shape_is_code_message_and_context() -> None:
    body = msgspec.json.decode(alpaca_body(NotFound("no order 7", order_id="7")))
    assert body == {"code": 40410000, "message": "no order 7", "order_id": "7"}


def test_context_cannot_hide_the_standard_members() -> None:
    body = msgspec.json.decode(problem_body(NotFound("gone", code=1, status="fine")))
    assert (body["code"], body["status"]) == (40410000, 404)


def test_a_rate_limit_tells_when_to_come_back() -> None:
    assert refusal_headers(RateLimited("slow down", retry_after_s=7)) == {"retry-after": "7"}
