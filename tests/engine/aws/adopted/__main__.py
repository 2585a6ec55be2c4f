"""A network that was there before, and a part of it."""

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
net = aws.ec2.Vpc("net", cidr_block="10.9.0.0/16", opts=pulumi.ResourceOptions(import_=config.require("vpc")))
aws.ec2.Subnet("part", vpc_id=net.id, cidr_block=config.require("cidr"))
