"""What holds something, or is reached by somebody: what is lost when it is replaced or deleted (pure)."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

LOSSES: Mapping[str, str] = {
    "aws:s3/bucket:Bucket": "the objects in it",
    "aws:s3/bucketV2:BucketV2": "the objects in it",
    "aws:kms/key:Key": "all that is encrypted with it",
    "aws:ecr/repository:Repository": "the images in it",
    "aws:ebs/volume:Volume": "the data on it",
    "aws:efs/fileSystem:FileSystem": "the files on it",
    "aws:rds/*:*": "the database",
    "aws:dynamodb/table:Table": "the table's items",
    "aws:elasticache/*:*": "what is cached",
    "aws:secretsmanager/secret:Secret": "the secret's value",
    "aws:ssm/parameter:Parameter": "the parameter's value",
    "aws:cloudwatch/logGroup:LogGroup": "the logs",
    "aws:route53/zone:Zone": "the zone's name servers: the domain leads nowhere until they are changed above it",
    "aws:eks/cluster:Cluster": "all objects in it, and the address of its API",
    "aws:eks/nodeGroup:NodeGroup": "all its machines at once, with what is on them",
    "aws:autoscaling/group:Group": "all its machines at once, with what is on them",
    "aws:ec2/instance:Instance": "the machine with its root disk",
    "aws:ec2/vpc:Vpc": "the network with all that is in it",
    "aws:ec2/subnet:Subnet": "the addresses of what is in it",
    "aws:ec2/eip:Eip": "the address that others may know",
    "aws:lb/loadBalancer:LoadBalancer": "the address that users reach",
    "kubernetes:core/v1:Namespace": "everything in it",
    "kubernetes:core/v1:PersistentVolume*": "the data on it",
    "kubernetes:apps/v1:StatefulSet": "its instances with their names",
    "kubernetes:core/v1:Secret": "the secret's value",
    "kubernetes:apiextensions.k8s.io/*:CustomResourceDefinition": "all objects of its kind",
    "nomad:index/namespace:Namespace": "everything in it",
    "nomad:index/*olume*:*": "the data on it",
    "nomad:index/variable:Variable": "the secret's value",
    "consul:index/keyPrefix:KeyPrefix": "the keys below it",
    "consul:index/keys:Keys": "the keys",
}
"""Pattern of types to what is lost."""


def loss(type_: str) -> str:
    """What is lost with a resource of this type; empty for what is simply made again."""
    return next((lost for pattern, lost in LOSSES.items() if fnmatchcase(type_, pattern)), "")
