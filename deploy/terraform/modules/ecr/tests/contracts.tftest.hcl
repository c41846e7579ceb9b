mock_provider "aws" {
  override_during = plan

  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "111122223333" }
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }
  override_resource {
    target = aws_kms_key.this
    values = { arn = "arn:aws:kms:eu-central-1:111122223333:key/images" }
  }
  override_resource {
    target = aws_iam_role.copies
    values = { arn = "arn:aws:iam::111122223333:role/copies" }
  }
}

mock_provider "aws" {
  alias           = "replica"
  override_during = plan

  override_resource {
    target = aws_kms_key.copies
    values = { arn = "arn:aws:kms:eu-west-1:111122223333:key/copies" }
  }
}

variables {
  name           = "tradewind-staging"
  pull_role_arns = ["arn:aws:iam::111122223333:role/nodes"]
  push_role_arns = ["arn:aws:iam::111122223333:role/build"]
}

run "every_image_has_a_repository_whose_tags_never_move" {
  command = plan

  assert {
    condition = toset([for r in aws_ecr_repository.this : r.name]) == toset(concat(
      [for image in var.images : "tradewind/${image}"], [for chart in var.charts : "tradewind/charts/${chart}"],
    ))
    error_message = "Each image has a repository of its own below tradewind/."
  }
  assert {
    condition     = length(var.images) == 8
    error_message = "Six services, the order service with live brokers, and the web terminal have images."
  }
  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : r.image_tag_mutability == "IMMUTABLE"])
    error_message = "A published tag never moves."
  }
  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : r.image_scanning_configuration[0].scan_on_push])
    error_message = "Every image is scanned when it is pushed."
  }
  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : !r.force_delete])
    error_message = "Destroying does not remove images unless it is told to."
  }
}

run "images_are_encrypted_by_a_key_that_rotates" {
  command = plan

  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : r.encryption_configuration[0].kms_key == aws_kms_key.this.arn])
    error_message = "Every repository uses the module's key."
  }
  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key rotates."
  }
}

run "releases_stay_and_leftovers_go" {
  command = plan

  variables {
    released_images_kept = 12
    untagged_days        = 3
  }

  assert {
    condition     = length(aws_ecr_lifecycle_policy.this) == length(var.images) + length(var.charts)
    error_message = "Every repository has a life cycle."
  }
  assert {
    condition     = jsondecode(local.lifecycle_policy).rules[0].selection.tagPatternList == ["*dev*"]
    error_message = "What is between two releases is never counted among the releases that stay."
  }
  assert {
    condition = jsondecode(local.lifecycle_policy).rules[1].selection == {
      tagStatus = "tagged", tagPatternList = ["*.*.*"], countType = "imageCountMoreThan", countNumber = 12
    }
    error_message = "The newest releases stay, whatever comes after that."
  }
  assert {
    condition     = jsondecode(local.lifecycle_policy).rules[2].selection.countNumber == 3
    error_message = "Images without a tag go after the days that were said."
  }
  assert {
    condition     = alltrue([for rule in jsondecode(local.lifecycle_policy).rules : rule.selection.tagStatus != "any"])
    error_message = "No rule takes images whatever their tag is."
  }
}

run "nodes_pull_and_never_push" {
  command = plan

  assert {
    condition = one([
      for s in jsondecode(aws_ecr_repository_policy.this["order-service"].policy).Statement : s if s.Sid == "NodesPull"
    ]).Action == local.pull_actions
    error_message = "Nodes may pull, and nothing else."
  }
  assert {
    condition     = length(setintersection(local.pull_actions, local.push_actions)) == 0
    error_message = "Pulling includes nothing that pushes."
  }
  assert {
    condition = one([
      for s in jsondecode(aws_ecr_repository_policy.this["order-service"].policy).Statement : s if s.Sid == "NodesPull"
    ]).Principal.AWS == ["arn:aws:iam::111122223333:role/nodes"]
    error_message = "Only the named roles pull."
  }
}

run "nobody_of_another_account_reaches_the_images" {
  command = plan

  assert {
    condition = alltrue([
      for policy in aws_ecr_repository_policy.this : anytrue([
        for s in jsondecode(policy.policy).Statement : try(
          s.Effect == "Deny" && s.Principal == "*" && s.Action == "ecr:*" &&
          s.Condition.StringNotEquals["aws:PrincipalAccount"] == "111122223333", false
        )
      ])
    ])
    error_message = "The repositories deny everything to other accounts."
  }
}

run "without_roles_no_statement_is_empty" {
  command = plan

  variables {
    pull_role_arns = []
    push_role_arns = []
  }

  assert {
    condition     = [for s in jsondecode(local.repository_policy).Statement : s.Sid] == ["NobodyOutside"]
    error_message = "No statement is written for roles that were not named."
  }
}

run "the_registry_scans_by_the_kind_that_was_asked_for" {
  command = plan

  variables {
    enhanced_scanning = true
  }

  assert {
    condition     = aws_ecr_registry_scanning_configuration.this[0].scan_type == "ENHANCED"
    error_message = "enhanced_scanning turns Amazon Inspector on."
  }
  assert {
    condition     = one(aws_ecr_registry_scanning_configuration.this[0].rule).scan_frequency == "CONTINUOUS_SCAN"
    error_message = "Inspector scans again when it learns of a new weakness."
  }
}

run "copies_in_a_second_region_are_as_safe_as_the_originals" {
  command = plan

  variables {
    replica_region = "eu-west-1"
  }

  assert {
    condition     = aws_ecr_replication_configuration.this[0].replication_configuration[0].rule[0].destination[0].region == "eu-west-1"
    error_message = "Images are copied to the region that was named."
  }
  assert {
    condition = (
      aws_ecr_repository_creation_template.copies[0].image_tag_mutability == "IMMUTABLE" &&
      aws_ecr_repository_creation_template.copies[0].encryption_configuration[0].kms_key == "arn:aws:kms:eu-west-1:111122223333:key/copies" &&
      aws_kms_key.copies[0].enable_key_rotation
    )
    error_message = "Copies have immutable tags and are encrypted by a key of their own region."
  }
  assert {
    condition     = aws_ecr_repository_creation_template.copies[0].repository_policy == local.repository_policy
    error_message = "Copies have the same policy."
  }
}

run "a_second_call_in_an_account_leaves_the_registry_alone" {
  command = plan

  variables {
    manages_registry = false
  }

  assert {
    condition     = length(aws_ecr_registry_scanning_configuration.this) + length(aws_ecr_replication_configuration.this) == 0
    error_message = "Only one call sets what the account has once."
  }
}

run "a_replica_needs_the_registry" {
  command = plan

  variables {
    manages_registry = false
    replica_region   = "eu-west-1"
  }

  expect_failures = [var.replica_region]
}

run "a_life_cycle_that_takes_every_tag_for_a_release_is_refused" {
  command = plan

  variables {
    released_tag_patterns = ["*"]
  }

  expect_failures = [var.released_tag_patterns]
}

run "too_few_releases_to_go_back_to_are_refused" {
  command = plan

  variables {
    released_images_kept = 1
  }

  expect_failures = [var.released_images_kept]
}

run "a_user_is_no_role" {
  command = plan

  variables {
    pull_role_arns = ["arn:aws:iam::111122223333:user/somebody"]
  }

  expect_failures = [var.pull_role_arns]
}
