"""Draw how Tradewind stands on AWS, from what Terraform makes.

Run ``python docs/images/aws.py``; it writes ``aws.svg`` here. Each box names the folders of
``deploy/terraform`` that make it; tests/infrastructure/test_diagram.py holds the two together.
"""

from dataclasses import dataclass
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1240, 956

STYLE = """
    svg { font-family: system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
    .canvas { fill: #f5f7fa; stroke: #d5dce4; }
    .area { fill: none; stroke: #9aa8b8; stroke-width: 1.5; stroke-dasharray: 7 5; }
    .band { fill: #e9eef4; stroke: none; }
    .box { fill: #ffffff; stroke: #c3ccd6; stroke-width: 1.5; }
    .edge { fill: #e6f2fb; stroke: #0a6eb0; stroke-width: 1.5; }
    .core { fill: #ffffff; stroke: #0a6eb0; stroke-width: 2.2; }
    .durable { fill: #e4f5ec; stroke: #08794d; stroke-width: 1.5; }
    .soft { fill: #fdf6e7; stroke: #b9770c; stroke-width: 1.5; stroke-dasharray: 6 4; }
    .line { fill: none; stroke: #5b6875; stroke-width: 1.75; }
    .copy { fill: none; stroke: #08794d; stroke-width: 1.75; stroke-dasharray: 6 4; }
    .tip { fill: #5b6875; } .tip-copy { fill: #08794d; }
    .name { font-size: 15px; font-weight: 650; fill: #111922; }
    .text { font-size: 12.5px; fill: #4f5d6c; }
    .label { font-size: 12.5px; font-weight: 600; fill: #4f5d6c; }
    .module { font-size: 11.5px; fill: #0a6eb0; font-family: ui-monospace, monospace; }
    @media (prefers-color-scheme: dark) {
      .canvas { fill: #0b0f15; stroke: #222c38; }
      .area { stroke: #5b6875; }
      .band { fill: #161e28; }
      .box { fill: #131a22; stroke: #34414f; }
      .edge { fill: #10293a; stroke: #56c2f5; }
      .core { fill: #131a22; stroke: #56c2f5; }
      .durable { fill: #10291f; stroke: #2fc58b; }
      .soft { fill: #2a2213; stroke: #f0b94a; }
      .line { stroke: #9aa8b8; } .copy { stroke: #2fc58b; }
      .tip { fill: #9aa8b8; } .tip-copy { fill: #2fc58b; }
      .name { fill: #e8edf3; }
      .text, .label { fill: #a3b0bf; }
      .module { fill: #56c2f5; }
    }
"""
DESCRIPTION = (
    "People reach CloudFront, guarded by a web ACL, by names in Route 53. CloudFront serves the "
    "web terminal from a private bucket and hands the API to a load balancer, guarded by another "
    "web ACL, in the public subnets of a network over three zones. Private subnets hold the nodes "
    "of EKS with the gateways and the services behind them; database subnets hold PostgreSQL with "
    "a standby in another zone, and Valkey. Beside the network stand images, secrets, alarms and "
    "backups, which are copied to a second region; GitHub's workflows deploy by roles without "
    "stored keys."
)


@dataclass(frozen=True)
class Box:
    """A thing: where it is, how it looks, what it is, and which folders make it."""

    x: int
    y: int
    width: int
    height: int
    look: str
    name: str
    lines: tuple[str, ...] = ()
    made_by: tuple[str, ...] = ()


ZONES = ("zone a", "zone b", "zone c")
ZONE_X, ZONE_WIDTH, ZONE_STEP = 200, 196, 212
RIGHT_X, RIGHT_WIDTH = 884, 316

BOXES = (
    Box(40, 40, 176, 58, "box", "Browser", ("the web terminal",)),
    Box(40, 116, 176, 58, "box", "Alpaca clients", ("bots, on the same API",)),
    Box(40, 192, 176, 78, "edge", "Route 53, ACM", ("names, certificates",), ("modules/dns",)),
    Box(
        280,
        62,
        272,
        100,
        "edge",
        "CloudFront",
        ("headers, pages by a function,", "the API uncached; before it a web ACL"),
        ("modules/cdn", "modules/waf"),
    ),
    Box(
        616,
        66,
        204,
        92,
        "box",
        "Bucket, private",
        ("build of the terminal;", "logs in another"),
        ("modules/cdn",),
    ),
    Box(
        222,
        322,
        576,
        68,
        "edge",
        "Load balancer, before it a web ACL",
        ("an address and a target in each zone; a controller in the cluster makes it",),
        ("modules/waf",),
    ),
    Box(
        222,
        440,
        576,
        54,
        "box",
        "api-gateway",
        ("in each zone; the only way in",),
    ),
    Box(214, 530, 168, 86, "core", "order-service", ("leads; one decides", "for a venue")),
    Box(426, 530, 168, 86, "box", "order-service", ("stands by, takes over", "in seconds")),
    Box(638, 530, 168, 86, "box", "Other services", ("accounts, market data,", "portfolio, …")),
    Box(214, 678, 168, 88, "durable", "PostgreSQL", ("the truth, TLS alone",), ("modules/rds",)),
    Box(426, 678, 168, 88, "durable", "PostgreSQL", ("standby, in step",), ("modules/rds",)),
    Box(638, 678, 168, 88, "soft", "Valkey", ("what may be lost",), ("modules/valkey",)),
    Box(
        RIGHT_X,
        40,
        RIGHT_WIDTH,
        70,
        "box",
        "CloudWatch, SNS, budget",
        ("alarms that say what to do first",),
        ("modules/observability",),
    ),
    Box(
        RIGHT_X,
        126,
        RIGHT_WIDTH,
        70,
        "box",
        "GitHub's workflows",
        ("roles by OIDC, no stored key",),
        ("modules/github-oidc",),
    ),
    Box(
        RIGHT_X,
        440,
        RIGHT_WIDTH,
        70,
        "box",
        "ECR",
        ("images whose tags never move",),
        ("modules/ecr",),
    ),
    Box(
        RIGHT_X,
        540,
        RIGHT_WIDTH,
        70,
        "box",
        "Secrets Manager, KMS",
        ("each service reads its own; rotated",),
        ("modules/secrets",),
    ),
    Box(
        RIGHT_X,
        308,
        RIGHT_WIDTH,
        70,
        "box",
        "Endpoints, flow logs",
        ("AWS without the internet",),
        ("modules/network",),
    ),
    Box(
        RIGHT_X,
        692,
        RIGHT_WIDTH,
        70,
        "durable",
        "AWS Backup",
        ("locked; restored weekly to see that it can be",),
        ("modules/backup",),
    ),
    Box(
        40,
        842,
        360,
        70,
        "box",
        "State of Terraform",
        ("a locked, encrypted bucket; made first, once",),
        ("bootstrap",),
    ),
    Box(RIGHT_X, 856, RIGHT_WIDTH, 56, "durable", "Copies", ("backups, snapshots, images",)),
)
BANDS = (
    (300, 100, "public subnets"),
    (424, 212, "private subnets"),
    (660, 120, "database subnets"),
)
# Path, look, and what stands beside it, where.
ARROWS = (
    ("M216 69 H248 V100 H280", "line", "", 0, 0),
    ("M216 145 H248 V124 H280", "line", "", 0, 0),
    ("M552 112 H616", "line", "pages", 566, 104),
    ("M416 162 V322", "line", "/api and streams, by TLS", 428, 228),
    ("M510 390 V440", "line", "", 0, 0),
    ("M298 390 V440", "line", "", 0, 0),
    ("M722 390 V440", "line", "", 0, 0),
    ("M298 494 V530", "line", "", 0, 0),
    ("M722 494 V530", "line", "", 0, 0),
    ("M298 616 V678", "line", "journal", 306, 652),
    ("M722 616 V678", "line", "", 0, 0),
    ("M382 722 H426", "copy", "", 0, 0),
    ("M884 475 H822", "line", "", 0, 0),
    ("M884 575 H822", "line", "", 0, 0),
    ("M822 727 H884", "copy", "", 0, 0),
    ("M1042 762 V856", "copy", "", 0, 0),
)


def draw_box(box: Box) -> str:
    """Return a box, its name, lines and folders."""
    parts = [
        f'<rect class="{box.look}" x="{box.x}" y="{box.y}" width="{box.width}" '
        f'height="{box.height}" rx="9"/>'
    ]
    middle = box.x + box.width / 2
    texts = [("name", box.name), *(("text", line) for line in box.lines)]
    if box.made_by:
        texts.append(("module", " ".join(box.made_by)))
    step = 18
    top = box.y + (box.height - step * len(texts)) / 2 + 13.5
    for number, (look, text) in enumerate(texts):
        parts.append(
            f'<text class="{look}" x="{middle:g}" y="{top + number * step:g}" '
            f'text-anchor="middle">{escape(text)}</text>'
        )
    return "".join(parts)


def draw_network() -> list[str]:
    """Return the region, the network, its bands of subnets and its zones."""
    parts = [
        '<rect class="area" x="20" y="284" width="1200" height="528" rx="14"/>',
        '<text class="label" x="36" y="803">region</text>',
        '<rect class="area" x="864" y="828" width="356" height="110" rx="14"/>',
        '<text class="label" x="884" y="932">second region</text>',
    ]
    for y, height, name in BANDS:
        parts.append(
            f'<rect class="band" x="36" y="{y}" width="786" height="{height}" rx="9"/>'
            f'<text class="label" x="48" y="{y + 22}">{name}</text>'
        )
    for number, zone in enumerate(ZONES):
        x = ZONE_X + number * ZONE_STEP
        parts.append(
            f'<rect class="area" x="{x}" y="292" width="{ZONE_WIDTH}" height="496" rx="9"/>'
            f'<text class="label" x="{x + ZONE_WIDTH / 2:g}" y="313" '
            f'text-anchor="middle">{zone}</text>'
        )
    parts += [
        '<text class="text" x="48" y="346">NAT gateways</text>',
        '<text class="text" x="48" y="470">nodes of EKS</text>',
        '<text class="module" x="48" y="492">modules/network</text>',
        '<text class="module" x="48" y="510">modules/eks</text>',
    ]
    return parts


def draw() -> str:
    """Return the whole picture."""
    parts = draw_network()
    for path, look, text, x, y in ARROWS:
        tip = "tip-copy" if look == "copy" else "tip"
        parts.append(f'<path class="{look}" d="{path}" marker-end="url(#{tip})"/>')
        if text:
            parts.append(f'<text class="text" x="{x}" y="{y}">{escape(text)}</text>')
    parts += [draw_box(box) for box in BOXES]
    markers = "".join(
        f'<marker id="{tip}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path class="{tip}" d="M0 0 10 5 0 10z"/></marker>'
        for tip in ("tip", "tip-copy")
    )
    body = "\n  ".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title desc">\n'
        f'  <title id="title">Tradewind on AWS</title>\n'
        f'  <desc id="desc">{escape(DESCRIPTION)}</desc>\n'
        f"  <style>{STYLE}  </style>\n"
        f"  <defs>{markers}</defs>\n"
        f'  <rect class="canvas" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" '
        f'rx="14"/>\n'
        f"  {body}\n</svg>\n"
    )


if __name__ == "__main__":
    (HERE / "aws.svg").write_text(draw())
