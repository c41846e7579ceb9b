# One environment, put together: the only place that knows which module's output is another's input.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  name     = "${var.project}-${var.environment}"
  critical = var.environment == "production"
}
