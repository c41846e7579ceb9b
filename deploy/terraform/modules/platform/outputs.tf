locals {
  # In the shape of deploy/helm/tradewind/values.yaml: what only AWS knows, and nothing else.
  helm_values = merge(
    {
      global = {
        image = { registry = "${local.registry}/${var.images.prefix}" }
        database = {
          host           = module.rds.address
          port           = module.rds.port
          name           = module.rds.database_name
          user           = module.rds.owner_name
          userPerService = true
          tls            = "verify-full"
          peers          = local.database_peers
        }
        valkey = {
          host  = module.valkey.address
          port  = module.valkey.port
          user  = module.valkey.user_name
          tls   = true
          peers = local.database_peers
        }
        secrets = {
          source   = "external"
          external = { prefix = local.name, region = data.aws_region.current.name }
        }
        aws = { identity = "irsa" }
        edge = {
          peers = [for cidr in module.network.public_subnet_cidrs : { ipBlock = { cidr = cidr } }]
          # Whose word on who calls is believed: the load balancer's and, before it, CloudFront's.
          trustedProxies = concat(
            module.network.public_subnet_cidrs,
            sort([for entry in data.aws_ec2_managed_prefix_list.cloudfront.entries : entry.cidr]),
          )
        }
      }
      maintenance = {
        externalKey = module.rds.master_secret_arn
        roleArn     = aws_iam_role.maintenance.arn
      }
      ingress = {
        controller = "alb"
        hosts      = values(local.hosts)
        tls        = { source = "acm", certificateArn = module.dns.certificate_arn }
        alb        = { webAclArn = module.waf_load_balancer.arn }
        # Without it the controller makes a group that lets in the world.
        annotations = {
          "alb.ingress.kubernetes.io/security-groups" = module.network.load_balancer_security_group_id
        }
      }
      issuers = {
        route53 = {
          region       = data.aws_region.current.name
          hostedZoneId = module.dns.zone_id
          roleArn      = module.eks.controller_role_arns["cert-manager"]
        }
      }
    },
    {
      for service in keys(local.secrets_of) : service => merge(
        { serviceAccount = { roleArn = module.eks.service_role_arns[service] } },
        # The core and its standby run where nothing else does.
        service == "order-service" ? module.eks.dedicated_scheduling["core"] : null,
      )
    },
  )

  database_peers = [for cidr in module.network.database_subnet_cidrs : { ipBlock = { cidr = cidr } }]
}

output "helm_values" {
  description = "What the Helm chart must know of this environment, as a file of values: terraform output -raw helm_values > values-aws.yaml"
  value       = yamlencode(local.helm_values)
}

output "cluster_name" {
  description = "Name of the cluster: aws eks update-kubeconfig --name <it>."
  value       = module.eks.name
}

output "controller_role_arns" {
  description = "Role of each controller that runs beside the platform (external-dns and others), for the values of its chart."
  value       = module.eks.controller_role_arns
}

output "url" {
  description = "Where the terminal is."
  value       = "https://${local.hosts.app}"
}

output "name_servers" {
  description = "Name servers that the registrar must name for the domain, if the zone is made here."
  value       = module.dns.name_servers
}

output "web_bucket" {
  description = "Bucket that the build of the web terminal is copied into."
  value       = module.cdn.web_bucket
}

output "distribution_id" {
  description = "CloudFront distribution, to invalidate after a new build."
  value       = module.cdn.distribution_id
}

output "nat_addresses" {
  description = "Addresses that the rest of the world sees, for allow-lists of brokers."
  value       = module.network.nat_addresses
}
