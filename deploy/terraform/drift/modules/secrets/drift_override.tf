# Whoever looks for drift may read no secret, and a refresh reads the value of each version: there are none
# in the copy that is looked at. See scripts/terraform.

resource "aws_secretsmanager_secret_version" "database" {
  for_each = {}
}

resource "aws_secretsmanager_secret_version" "identity_key" {
  count = 0
}

resource "aws_secretsmanager_secret_version" "valkey" {
  count = 0
}
