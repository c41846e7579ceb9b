# The one user of the services. Its password is made and changed by the rotation of its secret, so
# that no state ever holds one; until the first rotation it can sign in by IAM alone. (An
# authentication token of the whole group would be an argument, and so in the state.)

resource "aws_elasticache_user" "services" {
  # A user who signs in by IAM has one and the same id and name.
  user_id       = var.name
  user_name     = var.name
  engine        = "valkey"
  access_string = var.access_string

  authentication_mode {
    type = "iam"
  }

  lifecycle {
    # From the first rotation on it is a password, which is the rotation's business.
    ignore_changes = [authentication_mode]
  }
}

# With engine "valkey" a group needs no user named "default": who has no name does not come in.
resource "aws_elasticache_user_group" "this" {
  user_group_id = var.name
  engine        = "valkey"
  user_ids      = [aws_elasticache_user.services.user_id]
}
