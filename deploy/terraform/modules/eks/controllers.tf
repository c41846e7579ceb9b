# What runs in the cluster and talks to AWS beside the platform. Nodes are scaled by the cluster
# autoscaler and not by Karpenter: the groups are few and known, each has a reason, and it needs neither
# rights to start any machine nor a queue.

locals {
  every_controller = {
    vpc-cni = {
      wanted    = true
      namespace = "kube-system"
      account   = "aws-node"
      managed   = "AmazonEKS_CNI_Policy"
      inline    = false
      policy    = null
    }
    ebs-csi = {
      wanted    = true
      namespace = "kube-system"
      account   = "ebs-csi-controller-sa"
      managed   = "service-role/AmazonEBSCSIDriverPolicy"
      inline    = true
      policy    = local.ebs_csi_policy
    }
    cluster-autoscaler = {
      wanted    = true
      namespace = "kube-system"
      account   = "cluster-autoscaler"
      managed   = null
      inline    = true
      policy    = local.cluster_autoscaler_policy
    }
    aws-load-balancer-controller = {
      wanted    = true
      namespace = "kube-system"
      account   = "aws-load-balancer-controller"
      managed   = null
      inline    = true
      policy    = local.load_balancer_controller_policy
    }
    external-dns = {
      wanted    = length(var.dns_zone_arns) > 0
      namespace = "external-dns"
      account   = "external-dns"
      managed   = null
      inline    = true
      policy    = local.external_dns_policy
    }
    cert-manager = {
      wanted    = length(var.dns_zone_arns) > 0
      namespace = "cert-manager"
      account   = "cert-manager"
      managed   = null
      inline    = true
      policy    = local.cert_manager_policy
    }
    fluent-bit = {
      wanted    = length(var.log_group_arns) > 0
      namespace = "logging"
      account   = "fluent-bit"
      managed   = null
      inline    = true
      policy    = local.fluent_bit_policy
    }
  }

  controllers = {
    for controller, pod in local.every_controller : controller => {
      namespace = pod.namespace
      account   = pod.account
      managed   = pod.managed
      inline    = pod.inline
      policy    = pod.policy
    } if pod.wanted
  }

  ebs_csi_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "EncryptVolumes"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]
        Resource = aws_kms_key.volumes.arn
      },
      {
        Sid       = "LetEc2AttachThem"
        Effect    = "Allow"
        Action    = ["kms:CreateGrant"]
        Resource  = aws_kms_key.volumes.arn
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
    ]
  })

  cluster_autoscaler_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "See"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*" # none of them takes a resource
      },
      {
        Sid      = "SeeNodeGroups"
        Effect   = "Allow"
        Action   = ["eks:DescribeNodegroup"]
        Resource = "arn:${local.partition}:eks:${local.region}:${local.account}:nodegroup/${var.name}/*"
      },
      {
        Sid       = "ScaleThisCluster"
        Effect    = "Allow"
        Action    = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        Resource  = "arn:${local.partition}:autoscaling:${local.region}:${local.account}:autoScalingGroup:*"
        Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.name}" = "owned" } } # EKS sets it
      },
    ]
  })

  external_dns_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "KeepRecords"
        Effect    = "Allow"
        Action    = ["route53:ChangeResourceRecordSets"]
        Resource  = var.dns_zone_arns
        Condition = { "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["A", "AAAA", "CNAME", "TXT"] } }
      },
      {
        Sid      = "SeeRecords"
        Effect   = "Allow"
        Action   = ["route53:ListResourceRecordSets", "route53:ListTagsForResource", "route53:ListTagsForResources"]
        Resource = var.dns_zone_arns
      },
      {
        Sid      = "FindZones"
        Effect   = "Allow"
        Action   = ["route53:ListHostedZones", "route53:ListHostedZonesByName"]
        Resource = "*" # neither takes a resource
      },
    ]
  })

  cert_manager_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AnswerChallenges"
        Effect   = "Allow"
        Action   = ["route53:ChangeResourceRecordSets"]
        Resource = var.dns_zone_arns
        Condition = {
          "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["TXT"] }
          "ForAllValues:StringLike"   = { "route53:ChangeResourceRecordSetsNormalizedRecordNames" = ["_acme-challenge.*"] }
        }
      },
      {
        Sid      = "SeeRecords"
        Effect   = "Allow"
        Action   = ["route53:ListResourceRecordSets"]
        Resource = var.dns_zone_arns
      },
      {
        Sid      = "WaitForThem"
        Effect   = "Allow"
        Action   = ["route53:GetChange"]
        Resource = "arn:${local.partition}:route53:::change/*"
      },
      {
        Sid      = "FindZones"
        Effect   = "Allow"
        Action   = ["route53:ListHostedZonesByName"]
        Resource = "*" # it takes no resource
      },
    ]
  })

  fluent_bit_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = [for arn in var.log_group_arns : "${trimsuffix(arn, ":*")}:*"]
    }]
  })
}
