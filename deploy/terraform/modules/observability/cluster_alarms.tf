# Nodes, pods and the way out of the network.
locals {
  cluster_alarms = merge([
    for key, name in var.cluster_names : { for metric, alarm in {
      nodes = {
        metric    = "cluster_failed_node_count"
        statistic = "Maximum"
        threshold = 0
        periods   = 2
        severity  = "page"
        what      = "A node of ${name} has not been ready for 10 minutes."
        first     = "kubectl get nodes, then kubectl describe node; drain and terminate the one that is not ready, its group makes another."
      }
      metrics = {
        metric     = "cluster_node_count"
        statistic  = "Minimum"
        comparison = "LessThanThreshold"
        threshold  = 1
        periods    = 3
        missing    = "breaching"
        severity   = "page"
        what       = "${name} has told nothing of its nodes for 15 minutes: its other alarms are blind."
        first      = "kubectl -n amazon-cloudwatch get pods; if kubectl does not answer either, the cluster's control plane is the matter."
      }
    } : "cluster-${key}-${metric}" => merge(alarm, { namespace = "ContainerInsights", dimensions = { ClusterName = name } }) }
  ]...)

  network_alarms = merge([
    for key, id in var.nat_gateway_ids : { for metric, alarm in {
      ports = {
        metric    = "ErrorPortAllocation"
        statistic = "Sum"
        threshold = 0
        severity  = "page"
        what      = "The NAT gateway ${id} has no port left for new connections: brokers, feeds and webhooks fail."
        first     = "find who opens so many connections to one address in the flow logs; give the gateway a second address if they are wanted."
      }
      drops = {
        metric    = "PacketsDropCount"
        statistic = "Sum"
        threshold = 1000
        periods   = 3
        severity  = "warn"
        what      = "The NAT gateway ${id} has dropped packets for 15 minutes."
        first     = "look at AWS Health for its zone; move the route of the private subnets to another zone's gateway if it lasts."
      }
    } : "nat-${key}-${metric}" => merge(alarm, { namespace = "AWS/NATGateway", dimensions = { NatGatewayId = id } }) }
  ]...)
}
