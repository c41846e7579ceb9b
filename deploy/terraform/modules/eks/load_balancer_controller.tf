# The AWS Load Balancer Controller: it may make load balancers that carry this cluster's tag, and change
# and remove those alone.

locals {
  # What the controller itself marks all of its resources with.
  cluster_tag  = "elbv2.k8s.aws/cluster"
  when_asked   = { StringEquals = { "aws:RequestTag/${local.cluster_tag}" = var.name } }
  when_its_own = { StringEquals = { "aws:ResourceTag/${local.cluster_tag}" = var.name } }

  load_balancers = [
    for kind in ["loadbalancer/app/*/*", "loadbalancer/net/*/*", "targetgroup/*/*", "listener/app/*/*/*", "listener/net/*/*/*", "listener-rule/app/*/*/*/*", "listener-rule/net/*/*/*/*"] :
    "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}:${kind}"
  ]
  security_groups = "arn:${local.partition}:ec2:${local.region}:${local.account}:security-group/*"

  load_balancer_controller_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "RoleOfTheService"
        Effect    = "Allow"
        Action    = ["iam:CreateServiceLinkedRole"]
        Resource  = "arn:${local.partition}:iam::${local.account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"
        Condition = { StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" } }
      },
      {
        Sid    = "See"
        Effect = "Allow"
        Action = [
          "acm:DescribeCertificate",
          "acm:ListCertificates",
          "ec2:DescribeAccountAttributes",
          "ec2:DescribeAddresses",
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeCoipPools",
          "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeIpamPools",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeTags",
          "ec2:DescribeVpcPeeringConnections",
          "ec2:DescribeVpcs",
          "ec2:GetCoipPoolUsage",
          "ec2:GetSecurityGroupsForVpc",
          "elasticloadbalancing:DescribeCapacityReservation",
          "elasticloadbalancing:DescribeListenerAttributes",
          "elasticloadbalancing:DescribeListenerCertificates",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancerAttributes",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeSSLPolicies",
          "elasticloadbalancing:DescribeTags",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
          "elasticloadbalancing:DescribeTrustStores",
          "iam:GetServerCertificate",
          "iam:ListServerCertificates",
          "shield:DescribeProtection",
          "shield:GetSubscriptionState",
          "wafv2:GetWebACL",
          "wafv2:GetWebACLForResource",
        ]
        Resource = "*" # nearly none of them takes a resource
      },
      {
        Sid    = "ShieldByFirewall"
        Effect = "Allow"
        Action = ["elasticloadbalancing:SetWebAcl", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"]
        Resource = [
          "arn:${local.partition}:elasticloadbalancing:${local.region}:${local.account}:loadbalancer/app/*/*",
          "arn:${local.partition}:wafv2:${local.region}:${local.account}:regional/webacl/*/*",
        ]
      },
      {
        Sid       = "MakeLoadBalancers"
        Effect    = "Allow"
        Action    = ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"]
        Resource  = local.load_balancers
        Condition = local.when_asked
      },
      {
        # A tag can be given to what is being made; otherwise whatever has the tag could be stolen by it.
        Sid      = "TagThemWhenMade"
        Effect   = "Allow"
        Action   = ["elasticloadbalancing:AddTags"]
        Resource = local.load_balancers
        Condition = {
          StringEquals = {
            "aws:RequestTag/${local.cluster_tag}" = var.name
            "elasticloadbalancing:CreateAction"   = ["CreateLoadBalancer", "CreateTargetGroup"]
          }
        }
      },
      {
        Sid    = "ChangeItsOwn"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddListenerCertificates",
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateRule",
          "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteLoadBalancer",
          "elasticloadbalancing:DeleteRule",
          "elasticloadbalancing:DeleteTargetGroup",
          "elasticloadbalancing:DeregisterTargets",
          "elasticloadbalancing:ModifyCapacityReservation",
          "elasticloadbalancing:ModifyIpPools",
          "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyListenerAttributes",
          "elasticloadbalancing:ModifyLoadBalancerAttributes",
          "elasticloadbalancing:ModifyRule",
          "elasticloadbalancing:ModifyTargetGroup",
          "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:RegisterTargets",
          "elasticloadbalancing:RemoveListenerCertificates",
          "elasticloadbalancing:RemoveTags",
          "elasticloadbalancing:SetIpAddressType",
          "elasticloadbalancing:SetSecurityGroups",
          "elasticloadbalancing:SetSubnets",
        ]
        Resource  = local.load_balancers
        Condition = local.when_its_own
      },
      {
        Sid      = "MakeSecurityGroups"
        Effect   = "Allow"
        Action   = ["ec2:CreateSecurityGroup"]
        Resource = [local.security_groups, "arn:${local.partition}:ec2:${local.region}:${local.account}:vpc/*"]
      },
      {
        Sid      = "TagSecurityGroupsWhenMade"
        Effect   = "Allow"
        Action   = ["ec2:CreateTags"]
        Resource = local.security_groups
        Condition = {
          StringEquals = {
            "aws:RequestTag/${local.cluster_tag}" = var.name
            "ec2:CreateAction"                    = "CreateSecurityGroup"
          }
        }
      },
      {
        Sid       = "ChangeItsOwnSecurityGroups"
        Effect    = "Allow"
        Action    = ["ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags", "ec2:RevokeSecurityGroupIngress"]
        Resource  = local.security_groups
        Condition = local.when_its_own
      },
      {
        # Which pods a load balancer reaches it writes into the nodes' group.
        Sid      = "OpenNodesForLoadBalancers"
        Effect   = "Allow"
        Action   = ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"]
        Resource = "arn:${local.partition}:ec2:${local.region}:${local.account}:security-group/${var.node_security_group_id}"
      },
    ]
  })
}
