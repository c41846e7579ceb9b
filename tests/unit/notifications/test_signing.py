import base64
import hashlib
import hmac

from tradewind.notification_service.domain.signing import secret_text, sign


def test_signature_is_the_one_that_the_standard_defines() -> None:
    # The example of the specification's own libraries.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # pragma: allowlist secret
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_secret_is_256_bits_that_sign() -> None:
    secret = secret_text(7)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    assert key == (7).to_bytes(32)
    expected = base64.b64encode(hmac.digest(key, b"i.5.b", hashlib.sha256)).decode()
    assert sign(secret, "i", 5, b"b") == f"v1,{expected}"
