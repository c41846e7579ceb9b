mock_provider "aws" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws" }
  }
  override_data {
    target = data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }
  override_data {
    target = data.aws_region.current
    values = { name = "eu-central-1" }
  }
}

variables {
  name             = "tradewind"
  repository       = "example/tradewind"
  state_bucket_arn = "arn:aws:s3:::tradewind-state"
  state_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/1"
  # A value that the mock makes up is no ARN.
  provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
}

run "only_the_named_environment_of_the_repository_deploys" {
  assert {
    condition = alltrue([
      for name in ["staging", "production"] :
      jsondecode(aws_iam_role.ci["deploy-${name}"].assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] == ["repo:example/tradewind:environment:${name}"]
    ])
    error_message = "A deploy role trusts something but its environment."
  }
}

run "every_role_demands_the_audience_of_aws" {
  assert {
    condition = alltrue([
      for role in aws_iam_role.ci :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    ])
    error_message = "A role accepts tokens that were made for somebody else."
  }
}

run "no_role_trusts_every_workflow_of_the_repository" {
  assert {
    condition = alltrue(flatten([
      for role in aws_iam_role.ci : [
        for subject in jsondecode(role.assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"] :
        can(regex("^repo:example/tradewind:(environment:[a-z]+|pull_request|ref:refs/(heads/main|tags/v\\*))$", subject))
      ]
    ]))
    error_message = "A subject is wider than one environment, pull requests, the default branch or release tags."
  }
}

run "pull_requests_and_the_nightly_run_of_the_default_branch_plan" {
  assert {
    condition = toset(jsondecode(aws_iam_role.ci["plan"].assume_role_policy).Statement[0].Condition.StringLike["token.actions.githubusercontent.com:sub"]) == toset([
      "repo:example/tradewind:pull_request",
      "repo:example/tradewind:ref:refs/heads/main",
    ])
    error_message = "The plan role trusts something else, or not what looks for drift."
  }
  assert {
    condition = alltrue([
      for name in setsubtract(keys(aws_iam_role.ci), ["plan"]) :
      !strcontains(aws_iam_role.ci[name].assume_role_policy, "refs/heads/")
    ])
    error_message = "A run on a branch may do more than plan."
  }
}

run "another_default_branch_is_named" {
  variables {
    default_branch = "trunk"
  }
  assert {
    condition     = strcontains(aws_iam_role.ci["plan"].assume_role_policy, "repo:example/tradewind:ref:refs/heads/trunk\"")
    error_message = "The plan role does not trust the branch."
  }
}

run "pull_requests_only_read_and_see_nothing_that_is_stored" {
  assert {
    condition     = aws_iam_role_policy_attachment.plan.policy_arn == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    error_message = "The plan role may write."
  }
  assert {
    condition = alltrue([
      for action in ["secretsmanager:GetSecretValue", "ssm:GetParameter*", "logs:GetLogEvents"] :
      contains(flatten([for s in jsondecode(aws_iam_role_policy.plan.policy).Statement : s.Action if s.Effect == "Deny"]), action)
    ])
    error_message = "The plan role can read secrets."
  }
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.plan.policy).Statement : s.Action if s.Effect == "Allow"
    ])) == toset(["kms:Decrypt", "secretsmanager:GetRandomPassword"])
    error_message = "The plan role may do more than read its state and make up passwords."
  }
  assert {
    condition = [
      for s in jsondecode(aws_iam_role_policy.plan.policy).Statement : s.NotResource if s.Sid == "NoOtherObject"
    ] == ["arn:aws:s3:::tradewind-state/*"]
    error_message = "The plan role can read objects of other buckets."
  }
}

run "releases_only_push_images_of_this_project" {
  assert {
    condition = alltrue([
      for s in jsondecode(aws_iam_role_policy.release.policy).Statement :
      s.Action == "ecr:GetAuthorizationToken" || s.Resource == "arn:aws:ecr:eu-central-1:123456789012:repository/tradewind/*"
    ])
    error_message = "The release role reaches beyond the project's repositories."
  }
  assert {
    condition = alltrue([
      for action in flatten([for s in jsondecode(aws_iam_role_policy.release.policy).Statement : s.Action]) :
      startswith(action, "ecr:") && !strcontains(action, "Delete") && !strcontains(action, "*")
    ])
    error_message = "The release role can do more than push."
  }
}

run "a_deployment_can_change_neither_ci_nor_the_state_of_another_environment" {
  assert {
    condition = alltrue(flatten([
      for name in ["staging", "production"] : [
        for s in jsondecode(aws_iam_role_policy.deploy[name].policy).Statement : [
          for resource in flatten([s.Resource]) : strcontains(resource, "/tradewind-${name}") || strcontains(resource, "oidc-provider/oidc.eks.")
        ] if s.Effect == "Allow" && s.Sid != "Read"
      ]
    ]))
    error_message = "A deployment manages roles outside its environment."
  }
  assert {
    condition = contains(
      flatten([for s in jsondecode(aws_iam_role_policy.deploy["staging"].policy).Statement : s.Resource if s.Sid == "StateOfOthersStays"]),
      "arn:aws:s3:::tradewind-state/production/*",
    )
    error_message = "Staging's deployment can write production's state."
  }
}

run "an_account_that_has_the_provider_gets_no_second_one" {
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account can have only one provider for an issuer."
  }
}

run "an_account_without_the_provider_gets_it" {
  command = plan
  variables {
    provider_arn = null
  }
  assert {
    condition     = aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com"
    error_message = "The provider is missing."
  }
}

run "a_wildcard_is_no_repository" {
  command = plan
  variables {
    repository = "example/*"
  }
  expect_failures = [var.repository]
}

run "every_branch_is_no_default_branch" {
  command = plan
  variables {
    default_branch = "*"
  }
  expect_failures = [var.default_branch]
}

run "every_branch_is_no_release" {
  command = plan
  variables {
    release_refs = ["refs/heads/*"]
  }
  expect_failures = [var.release_refs]
}

run "no_environment_is_no_deployment" {
  command = plan
  variables {
    environments = []
  }
  expect_failures = [var.environments]
}

run "the_state_is_in_a_bucket" {
  command = plan
  variables {
    state_bucket_arn = "tradewind-state"
  }
  expect_failures = [var.state_bucket_arn]
}
