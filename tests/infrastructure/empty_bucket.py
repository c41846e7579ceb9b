"""Removes every version of every object of a bucket: python empty_bucket.py BUCKET

It runs in the environment that has boto3.
"""

import sys

import boto3

if __name__ == "__main__":
    boto3.resource("s3").Bucket(sys.argv[1]).object_versions.delete()
