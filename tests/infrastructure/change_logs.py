"""Changes how long logs are kept, past Terraform: python change_logs.py REGION GROUP DAYS."""

import sys

import boto3

if __name__ == "__main__":
    region, group, days = sys.argv[1:]
    logs = boto3.client("logs", region_name=region)
    logs.put_retention_policy(logGroupName=group, retentionInDays=int(days))
