# Load balancers, CloudFront, web ACLs and certificates.
locals {
  load_balancer_alarms = merge([
    for key, suffix in var.load_balancers : { for metric, alarm in {
      errors = {
        metric    = "HTTPCode_Target_5XX_Count"
        share_of  = "RequestCount"
        threshold = 2
        periods   = 2
        severity  = "page"
        what      = "More than 2 % of requests at ${key} have failed inside for 10 minutes."
        first     = "kubectl -n tradewind get pods, then the log of the gateway: its errors name the service that failed."
      }
      unreachable = {
        metric    = "HTTPCode_ELB_5XX_Count"
        statistic = "Sum"
        threshold = 50
        periods   = 2
        severity  = "page"
        what      = "The load balancer ${key} reaches no gateway for many requests."
        first     = "kubectl -n tradewind get pods,endpoints: no gateway is ready, or its readiness probe fails."
      }
      latency = {
        metric    = "TargetResponseTime"
        statistic = "p99"
        threshold = var.latency_s_max
        periods   = 3
        severity  = "page"
        what      = "One request in a hundred at ${key} has taken longer than ${var.latency_s_max} s for 15 minutes."
        first     = "compare the database's commit latency and the order service's queue; the slower one is the cause."
      }
    } : "load-balancer-${key}-${metric}" => merge(alarm, { namespace = "AWS/ApplicationELB", dimensions = { LoadBalancer = suffix } }) }
  ]...)

  distribution_alarms = {
    for key, id in var.distributions : "cdn-${key}-errors" => {
      namespace  = "AWS/CloudFront"
      dimensions = { DistributionId = id, Region = "Global" }
      metric     = "5xxErrorRate"
      threshold  = 5
      periods    = 2
      severity   = "page"
      what       = "More than 5 % of what CloudFront answers at ${key} are failures."
      first      = "ask the load balancer directly (curl https://api.<domain>/v2/clock): if it answers, the way from CloudFront to it is broken (certificate, web ACL), if not, see its own alarm."
    }
  }

  blocked = {
    namespace = "AWS/WAFV2"
    metric    = "BlockedRequests"
    statistic = "Sum"
    threshold = var.blocked_requests_max
    severity  = "warn"
    first     = "read which rule blocked whom in its log group; an attack is held off already, a customer who is blocked by mistake needs the rule to count."
  }
  web_acl_alarms = {
    regional = {
      for key, acl in var.web_acls : "web-acl-${key}-blocked" => merge(local.blocked, {
        dimensions = { WebACL = acl.name, Rule = "ALL", Region = local.region }
        what       = "The web ACL ${acl.name} blocked more than ${var.blocked_requests_max} requests in 5 minutes."
      }) if acl.scope == "REGIONAL"
    }
    edge = {
      for key, acl in var.web_acls : "web-acl-${key}-blocked" => merge(local.blocked, {
        dimensions = { WebACL = acl.name, Rule = "ALL" }
        what       = "The web ACL ${acl.name} blocked more than ${var.blocked_requests_max} requests in 5 minutes."
      }) if acl.scope == "CLOUDFRONT"
    }
  }

  expiring = {
    namespace  = "AWS/CertificateManager"
    metric     = "DaysToExpiry"
    statistic  = "Minimum"
    comparison = "LessThanThreshold"
    threshold  = 30
    period     = 86400
    severity   = "page"
    first      = "aws acm describe-certificate: the CNAME that proves the name is missing from the zone, or a CAA record forbids amazon.com."
  }
  certificate_alarms = {
    for where, certificates in { regional = var.certificates, edge = var.edge_certificates } : where => {
      for key, arn in certificates : "certificate-${where}-${key}-expires" => merge(local.expiring, {
        dimensions = { CertificateArn = arn }
        what       = "The certificate ${key} expires in less than 30 days: AWS has failed to renew it."
      })
    }
  }
}
