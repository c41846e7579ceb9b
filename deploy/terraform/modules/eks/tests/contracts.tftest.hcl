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

  # What the mock makes up is no ARN.
  override_resource {
    target = aws_kms_key.cluster
    values = { arn = "arn:aws:kms:eu-central-1:123456789012:key/cluster" }
  }
  override_resource {
    target = aws_kms_key.volumes
    values = { arn = "arn:aws:kms:eu-central-1:123456789012:key/volumes" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/some" }
  }
  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.example/id/1" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
  mock_resource "aws_eks_cluster" {
    defaults = {
      arn                   = "arn:aws:eks:eu-central-1:123456789012:cluster/tradewind-test"
      identity              = [{ oidc = [{ issuer = "https://oidc.eks.example/id/1" }] }]
      certificate_authority = [{ data = "Y2VydGlmaWNhdGU=" }]
    }
  }
}

variables {
  name                   = "tradewind-test"
  subnet_ids             = ["subnet-a", "subnet-b", "subnet-c"]
  node_security_group_id = "sg-nodes"
  administrators         = ["arn:aws:iam::123456789012:role/administrator"]
  deployers              = ["arn:aws:iam::123456789012:role/deploy"]
  viewers                = ["arn:aws:iam::123456789012:role/look", "arn:aws:iam::123456789012:role/deploy"]
  secrets_key_arns       = ["arn:aws:kms:eu-central-1:123456789012:key/secrets"]
  dns_zone_arns          = ["arn:aws:route53:::hostedzone/Z1"]
  log_group_arns         = ["arn:aws:logs:eu-central-1:123456789012:log-group:/tradewind-test/pods:*"]
}

run "the_api_is_private_and_says_everything_it_does" {
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_private_access && !aws_eks_cluster.this.vpc_config[0].endpoint_public_access
    error_message = "The Kubernetes API can be reached from the internet."
  }
  assert {
    condition     = toset(aws_eks_cluster.this.enabled_cluster_log_types) == toset(["api", "audit", "authenticator", "controllerManager", "scheduler"])
    error_message = "A log of the control plane is missing."
  }
  assert {
    condition     = aws_cloudwatch_log_group.control_plane.name == "/aws/eks/tradewind-test/cluster" && aws_cloudwatch_log_group.control_plane.kms_key_id == aws_kms_key.cluster.arn
    error_message = "The logs are not in the group that is encrypted."
  }
}

run "the_control_plane_calls_nodes_at_known_ports_and_only_nodes_call_it" {
  assert {
    condition = alltrue([
      for rule in aws_vpc_security_group_ingress_rule.control_plane_to_nodes :
      rule.security_group_id == "sg-nodes" && rule.from_port == rule.to_port && rule.cidr_ipv4 == null
      && rule.referenced_security_group_id == aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
    ])
    error_message = "Nodes accept more than the control plane's calls."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.nodes_to_api.referenced_security_group_id == "sg-nodes" && aws_vpc_security_group_ingress_rule.nodes_to_api.to_port == 443
    error_message = "Others than nodes reach the control plane."
  }
}

run "secrets_are_encrypted_by_a_key_of_the_cluster_that_rotates" {
  assert {
    condition     = aws_eks_cluster.this.encryption_config[0].provider[0].key_arn == aws_kms_key.cluster.arn && toset(aws_eks_cluster.this.encryption_config[0].resources) == toset(["secrets"])
    error_message = "Secrets are not encrypted by the cluster's key."
  }
  assert {
    condition     = aws_kms_key.cluster.enable_key_rotation && aws_kms_key.volumes.enable_key_rotation
    error_message = "A key does not rotate."
  }
}

run "nobody_enters_but_who_is_named_and_each_with_the_greatest_right_only" {
  assert {
    condition     = aws_eks_cluster.this.access_config[0].authentication_mode == "API" && !aws_eks_cluster.this.access_config[0].bootstrap_cluster_creator_admin_permissions
    error_message = "The cluster has another way in than access entries."
  }
  assert {
    condition = { for arn, entry in aws_eks_access_policy_association.this : arn => [regex("[^/]+$", entry.policy_arn), entry.access_scope[0].type] } == {
      "arn:aws:iam::123456789012:role/administrator" = ["AmazonEKSClusterAdminPolicy", "cluster"]
      "arn:aws:iam::123456789012:role/deploy"        = ["AmazonEKSClusterAdminPolicy", "namespace"]
      "arn:aws:iam::123456789012:role/look"          = ["AmazonEKSViewPolicy", "namespace"]
    }
    error_message = "Rights differ from what was asked."
  }
}

run "nodes_have_encrypted_disks_and_keep_their_credentials" {
  assert {
    condition     = alltrue([for template in aws_launch_template.node : template.metadata_options[0].http_tokens == "required" && template.metadata_options[0].http_put_response_hop_limit == 1])
    error_message = "Pods or forged requests reach the metadata service."
  }
  assert {
    condition     = alltrue([for template in aws_launch_template.node : tobool(template.block_device_mappings[0].ebs[0].encrypted) && template.block_device_mappings[0].ebs[0].kms_key_id == aws_kms_key.volumes.arn])
    error_message = "A node's disk is not encrypted by the cluster's key."
  }
  assert {
    condition     = alltrue([for template in aws_launch_template.node : toset(template.vpc_security_group_ids) == toset(["sg-nodes"])])
    error_message = "Nodes are in another group than the one that the database knows."
  }
}

run "the_core_runs_on_demand_and_alone_and_the_rest_on_graviton_and_spot" {
  assert {
    condition = (
      aws_eks_node_group.this["core"].capacity_type == "ON_DEMAND"
      && one(aws_eks_node_group.this["core"].taint).effect == "NO_SCHEDULE"
      && aws_eks_node_group.this["core"].labels["tradewind/nodes"] == one(aws_eks_node_group.this["core"].taint).value
    )
    error_message = "The core shares its nodes or can be interrupted."
  }
  assert {
    condition     = aws_eks_node_group.this["spot"].capacity_type == "SPOT" && alltrue([for group in aws_eks_node_group.this : group.ami_type == "AL2023_ARM_64_STANDARD"])
    error_message = "The rest is not on Graviton and spot."
  }
  assert {
    condition     = output.dedicated_scheduling["core"].tolerations[0].value == "core" && length(output.dedicated_scheduling["spot"].tolerations) == 0
    error_message = "The charts are told another taint than the nodes have."
  }
}

run "every_addon_is_managed_and_pods_get_addresses_by_prefix_and_policies" {
  assert {
    condition     = toset(concat(keys(aws_eks_addon.before_nodes), keys(aws_eks_addon.after_nodes))) == toset(["aws-ebs-csi-driver", "coredns", "eks-pod-identity-agent", "kube-proxy", "metrics-server", "vpc-cni"])
    error_message = "An add-on is missing."
  }
  assert {
    condition = (
      jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).enableNetworkPolicy == "true"
      && jsondecode(aws_eks_addon.before_nodes["vpc-cni"].configuration_values).env.ENABLE_PREFIX_DELEGATION == "true"
    )
    error_message = "Network policies or prefixes are off."
  }
}

run "each_role_is_trusted_for_one_service_account" {
  assert {
    condition = alltrue([
      for role in aws_iam_role.pod : length(flatten([values(jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals)])) == 2
    ])
    error_message = "A role trusts several service accounts."
  }
  assert {
    condition     = jsondecode(aws_iam_role.pod["order-service"].assume_role_policy).Statement[0].Condition.StringEquals["oidc.eks.example/id/1:sub"] == "system:serviceaccount:tradewind:order-service"
    error_message = "The order service's role is not its own."
  }
  assert {
    condition     = toset(keys(output.service_role_arns)) == toset(["account-service", "api-gateway", "market-data-service", "notification-service", "order-service", "portfolio-service", "web-ui"])
    error_message = "A service has no role."
  }
}

run "a_service_reads_its_own_secrets_and_no_others" {
  assert {
    condition = toset(jsondecode(aws_iam_role_policy.pod["order-service"].policy).Statement[0].Resource) == toset([
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/database/order-service-??????",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/identity-key-??????",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:tradewind-test/valkey-??????",
    ])
    error_message = "The order service reads other secrets than its own."
  }
  assert {
    condition = alltrue(flatten([
      for service in keys(output.service_role_arns) : [
        for statement in try(jsondecode(aws_iam_role_policy.pod[service].policy).Statement, []) : [
          for resource in statement.Resource : !strcontains(resource, "/database/") || endswith(resource, "/database/${service}-??????")
        ]
      ]
    ]))
    error_message = "A service reads the password of another one's database user."
  }
  assert {
    condition     = !contains(keys(aws_iam_role_policy.pod), "web-ui")
    error_message = "The web terminal has rights in AWS."
  }
  assert {
    condition = alltrue([
      for service in setsubtract(keys(output.service_role_arns), ["web-ui"]) : !strcontains(aws_iam_role_policy.pod[service].policy, "*")
    ])
    error_message = "A service's policy has a wildcard."
  }
}

run "controllers_change_only_what_is_the_clusters" {
  assert {
    condition = alltrue([
      for controller in ["external-dns", "cert-manager"] : alltrue([
        for statement in jsondecode(aws_iam_role_policy.pod[controller].policy).Statement :
        statement.Resource == ["arn:aws:route53:::hostedzone/Z1"] if contains(statement.Action, "route53:ChangeResourceRecordSets")
      ])
    ])
    error_message = "Records of other zones can be changed."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.pod["aws-load-balancer-controller"].policy).Statement :
      can(statement.Condition) || alltrue([for action in statement.Action : can(regex(":(Describe|Get|List)", action))]) || contains(["ShieldByFirewall", "MakeSecurityGroups", "OpenNodesForLoadBalancers"], statement.Sid)
    ])
    error_message = "The load balancer controller changes what has not its tag."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.pod["cluster-autoscaler"].policy).Statement :
      statement.Condition.StringEquals["aws:ResourceTag/k8s.io/cluster-autoscaler/tradewind-test"] == "owned" if contains(statement.Action, "autoscaling:SetDesiredCapacity")
    ])
    error_message = "The autoscaler scales other clusters."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.pod["fluent-bit"].policy).Statement[0].Resource == ["arn:aws:logs:eu-central-1:123456789012:log-group:/tradewind-test/pods:*"]
    error_message = "Fluent Bit writes to other log groups."
  }
}

run "the_api_opens_to_named_networks_and_without_a_zone_nothing_writes_records" {
  command = plan
  variables {
    public_access_cidrs = ["203.0.113.0/24"]
    dns_zone_arns       = []
    log_group_arns      = []
  }
  assert {
    condition     = aws_eks_cluster.this.vpc_config[0].endpoint_public_access && toset(aws_eks_cluster.this.vpc_config[0].public_access_cidrs) == toset(["203.0.113.0/24"])
    error_message = "The API is not open to the named network only."
  }
  assert {
    condition     = toset(keys(output.controller_role_arns)) == toset(["aws-load-balancer-controller", "cluster-autoscaler", "ebs-csi", "vpc-cni"])
    error_message = "A controller that has nothing to do has a role."
  }
}

run "wrong_inputs_are_refused" {
  command = plan
  variables {
    name                             = "Tradewind"
    kubernetes_version               = "1.30"
    subnet_ids                       = ["subnet-a"]
    public_access_cidrs              = ["0.0.0.0/0"]
    administrators                   = []
    deployers                        = ["deploy"]
    viewers                          = ["*"]
    namespace                        = "Trade Wind"
    services                         = { order-service = { secrets = ["database/*"] } }
    dns_zone_arns                    = ["arn:aws:route53:::hostedzone/*"]
    control_plane_log_retention_days = 1
    addon_versions                   = { coredns = "latest" }
  }
  expect_failures = [
    var.name,
    var.kubernetes_version,
    var.subnet_ids,
    var.public_access_cidrs,
    var.administrators,
    var.deployers,
    var.viewers,
    var.namespace,
    var.services,
    var.dns_zone_arns,
    var.control_plane_log_retention_days,
    var.addon_versions,
  ]
}

run "a_core_on_spot_is_refused" {
  command = plan
  variables {
    node_groups = {
      core    = { instance_types = ["m7g.large"], capacity_type = "SPOT", min_size = 2, max_size = 2 }
      general = { instance_types = ["m7g.large"], min_size = 1, max_size = 2 }
    }
  }
  expect_failures = [var.node_groups]
}

run "a_cluster_of_dedicated_nodes_alone_is_refused" {
  command = plan
  variables {
    node_groups = {
      core = { instance_types = ["m7g.large"], min_size = 2, max_size = 2, dedicated = true }
    }
  }
  expect_failures = [var.node_groups]
}
