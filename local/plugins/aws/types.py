"""What the stand-in knows: each type of the SDK's, what Terraform calls it, and where the two differ (pure).

Where nothing is said here, a property has the same name and shape on both sides: the SDK's names and the bridge's come
from Terraform's by the same rules.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Shape(Enum):
    """How a property's value differs between the SDK and the bridge."""

    SAME = "the same"
    ONE_IN_LIST = "one object for the SDK, a list of at most one for the bridge"
    LIST_OF_ONE = "a list of at most one for the SDK, one object for the bridge"


@dataclass(frozen=True)
class Change:
    """A property that the bridge has by another name or in another shape."""

    ours: str
    """The SDK's name, after the SDK's names of the properties that it lies in: ``rules.filter``. Lists don't count."""
    theirs: str
    """The bridge's name."""
    shape: Shape = Shape.SAME

    @property
    def path(self) -> tuple[str, ...]:
        """The SDK's names, from the outermost."""
        return tuple(self.ours.split("."))


@dataclass(frozen=True)
class Autoname:
    """A name that is made up where the program gives none, other than the bridge itself would."""

    property: str = "name"
    """The SDK's name."""
    longest: int = 255
    lower: bool = False


_SECURITY_GROUP = (Change("ingress", "ingresses"), Change("egress", "egresses"))

CHANGES: Mapping[str, tuple[Change, ...]] = {
    "aws_security_group": _SECURITY_GROUP,
    "aws_default_security_group": _SECURITY_GROUP,
    "aws_cloudwatch_metric_alarm": (Change("name", "alarmName"),),
    "aws_eks_cluster": (Change("certificateAuthority", "certificateAuthorities", Shape.ONE_IN_LIST),),
    "aws_route53_record": (
        Change("aliases", "alias", Shape.LIST_OF_ONE),
        Change("failoverRoutingPolicies", "failoverRoutingPolicy", Shape.LIST_OF_ONE),
        Change("geolocationRoutingPolicies", "geolocationRoutingPolicy", Shape.LIST_OF_ONE),
        Change("latencyRoutingPolicies", "latencyRoutingPolicy", Shape.LIST_OF_ONE),
        Change("weightedRoutingPolicies", "weightedRoutingPolicy", Shape.LIST_OF_ONE),
    ),
    "aws_s3_bucket_lifecycle_configuration": (
        Change("rules.abortIncompleteMultipartUpload", "abortIncompleteMultipartUploads", Shape.ONE_IN_LIST),
        Change("rules.expiration", "expirations", Shape.ONE_IN_LIST),
        Change("rules.noncurrentVersionExpiration", "noncurrentVersionExpirations", Shape.ONE_IN_LIST),
        Change("rules.filter", "filters", Shape.ONE_IN_LIST),
        Change("rules.filter.and", "ands", Shape.ONE_IN_LIST),
        Change("rules.filter.tag", "tags", Shape.ONE_IN_LIST),
    ),
}
"""By Terraform's name of the type. What lies in a changed property comes after it."""

PROVIDER_CHANGES = (
    Change("defaultTags", "defaultTags", Shape.ONE_IN_LIST),
    Change("ignoreTags", "ignoreTags", Shape.ONE_IN_LIST),
    Change("assumeRoleWithWebIdentity", "assumeRoleWithWebIdentities", Shape.ONE_IN_LIST),
)
"""The same for a provider's own configuration."""

AUTONAMES: Mapping[str, Autoname] = {
    "aws_cloudwatch_metric_alarm": Autoname(),
    "aws_ecr_repository": Autoname(lower=True),
    "aws_iam_role": Autoname(longest=64),
    "aws_iam_policy": Autoname(longest=128),
    "aws_iam_instance_profile": Autoname(longest=128),
    "aws_launch_template": Autoname(longest=125),
    "aws_lb": Autoname(longest=32),
    "aws_lb_target_group": Autoname(longest=32),
    "aws_s3_bucket": Autoname(property="bucket", longest=63, lower=True),
    "aws_sqs_queue": Autoname(longest=80),
}
"""By Terraform's name of the type. Other names the bridge makes up by the same rule as the official plugin."""

RESOURCES: Mapping[str, str] = {
    "aws:acm/certificate:Certificate": "aws_acm_certificate",
    "aws:acm/certificateValidation:CertificateValidation": "aws_acm_certificate_validation",
    "aws:autoscaling/attachment:Attachment": "aws_autoscaling_attachment",
    "aws:autoscaling/group:Group": "aws_autoscaling_group",
    "aws:autoscaling/lifecycleHook:LifecycleHook": "aws_autoscaling_lifecycle_hook",
    "aws:autoscaling/notification:Notification": "aws_autoscaling_notification",
    "aws:autoscaling/policy:Policy": "aws_autoscaling_policy",
    "aws:autoscaling/schedule:Schedule": "aws_autoscaling_schedule",
    "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
    "aws:cloudwatch/eventTarget:EventTarget": "aws_cloudwatch_event_target",
    "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "aws_cloudwatch_metric_alarm",
    "aws:ebs/volume:Volume": "aws_ebs_volume",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "aws_default_security_group",
    "aws:ec2/eip:Eip": "aws_eip",
    "aws:ec2/eipAssociation:EipAssociation": "aws_eip_association",
    "aws:ec2/flowLog:FlowLog": "aws_flow_log",
    "aws:ec2/instance:Instance": "aws_instance",
    "aws:ec2/internetGateway:InternetGateway": "aws_internet_gateway",
    "aws:ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
    "aws:ec2/natGateway:NatGateway": "aws_nat_gateway",
    "aws:ec2/networkInterface:NetworkInterface": "aws_network_interface",
    "aws:ec2/route:Route": "aws_route",
    "aws:ec2/routeTable:RouteTable": "aws_route_table",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
    "aws:ec2/securityGroupRule:SecurityGroupRule": "aws_security_group_rule",
    "aws:ec2/subnet:Subnet": "aws_subnet",
    "aws:ec2/volumeAttachment:VolumeAttachment": "aws_volume_attachment",
    "aws:ec2/vpc:Vpc": "aws_vpc",
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": "aws_vpc_dhcp_options",
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": "aws_vpc_dhcp_options_association",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "aws_vpc_endpoint",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "aws_ecr_lifecycle_policy",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "aws_ecr_registry_scanning_configuration",
    "aws:ecr/repository:Repository": "aws_ecr_repository",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "aws_ecr_repository_policy",
    "aws:eks/accessEntry:AccessEntry": "aws_eks_access_entry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "aws_eks_access_policy_association",
    "aws:eks/addon:Addon": "aws_eks_addon",
    "aws:eks/cluster:Cluster": "aws_eks_cluster",
    "aws:eks/nodeGroup:NodeGroup": "aws_eks_node_group",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "aws_eks_pod_identity_association",
    "aws:iam/instanceProfile:InstanceProfile": "aws_iam_instance_profile",
    "aws:iam/policy:Policy": "aws_iam_policy",
    "aws:iam/role:Role": "aws_iam_role",
    "aws:iam/rolePolicy:RolePolicy": "aws_iam_role_policy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "aws_iam_role_policy_attachment",
    "aws:iam/serviceLinkedRole:ServiceLinkedRole": "aws_iam_service_linked_role",
    "aws:kms/alias:Alias": "aws_kms_alias",
    "aws:kms/grant:Grant": "aws_kms_grant",
    "aws:kms/key:Key": "aws_kms_key",
    "aws:kms/keyPolicy:KeyPolicy": "aws_kms_key_policy",
    "aws:lb/listener:Listener": "aws_lb_listener",
    "aws:lb/listenerCertificate:ListenerCertificate": "aws_lb_listener_certificate",
    "aws:lb/listenerRule:ListenerRule": "aws_lb_listener_rule",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:lb/targetGroup:TargetGroup": "aws_lb_target_group",
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": "aws_lb_target_group_attachment",
    "aws:route53/record:Record": "aws_route53_record",
    "aws:route53/zone:Zone": "aws_route53_zone",
    "aws:route53/zoneAssociation:ZoneAssociation": "aws_route53_zone_association",
    "aws:s3/bucket:Bucket": "aws_s3_bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "aws_s3_bucket_lifecycle_configuration",
    "aws:s3/bucketLogging:BucketLogging": "aws_s3_bucket_logging",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "aws_s3_bucket_ownership_controls",
    "aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "aws_s3_bucket_versioning",
    "aws:secretsmanager/secret:Secret": "aws_secretsmanager_secret",
    "aws:secretsmanager/secretVersion:SecretVersion": "aws_secretsmanager_secret_version",
    "aws:sns/topic:Topic": "aws_sns_topic",
    "aws:sns/topicPolicy:TopicPolicy": "aws_sns_topic_policy",
    "aws:sqs/queue:Queue": "aws_sqs_queue",
    "aws:sqs/queuePolicy:QueuePolicy": "aws_sqs_queue_policy",
    "aws:ssm/document:Document": "aws_ssm_document",
    "aws:ssm/parameter:Parameter": "aws_ssm_parameter",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "aws_vpc_security_group_egress_rule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
}
"""Type -> Terraform's name. A type that is missing here is an error that says so."""

FUNCTIONS: Mapping[str, str] = {
    "aws:acm/getCertificate:getCertificate": "aws_acm_certificate",
    "aws:ec2/getAmi:getAmi": "aws_ami",
    "aws:ec2/getInstanceType:getInstanceType": "aws_ec2_instance_type",
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": "aws_ec2_instance_type_offerings",
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": "aws_ec2_managed_prefix_list",
    "aws:ec2/getPrefixList:getPrefixList": "aws_prefix_list",
    "aws:ec2/getSecurityGroup:getSecurityGroup": "aws_security_group",
    "aws:ec2/getSubnet:getSubnet": "aws_subnet",
    "aws:ec2/getSubnets:getSubnets": "aws_subnets",
    "aws:ec2/getVpc:getVpc": "aws_vpc",
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": "aws_ecr_authorization_token",
    "aws:ecr/getImage:getImage": "aws_ecr_image",
    "aws:ecr/getRepository:getRepository": "aws_ecr_repository",
    "aws:elb/getHostedZoneId:getHostedZoneId": "aws_elb_hosted_zone_id",
    "aws:elb/getServiceAccount:getServiceAccount": "aws_elb_service_account",
    "aws:iam/getPolicyDocument:getPolicyDocument": "aws_iam_policy_document",
    "aws:iam/getRole:getRole": "aws_iam_role",
    "aws:index/getAvailabilityZones:getAvailabilityZones": "aws_availability_zones",
    "aws:index/getCallerIdentity:getCallerIdentity": "aws_caller_identity",
    "aws:index/getDefaultTags:getDefaultTags": "aws_default_tags",
    "aws:index/getPartition:getPartition": "aws_partition",
    "aws:index/getRegion:getRegion": "aws_region",
    "aws:kms/getAlias:getAlias": "aws_kms_alias",
    "aws:kms/getKey:getKey": "aws_kms_key",
    "aws:lb/getLoadBalancer:getLoadBalancer": "aws_lb",
    "aws:route53/getZone:getZone": "aws_route53_zone",
    "aws:s3/getBucket:getBucket": "aws_s3_bucket",
    "aws:ssm/getParameter:getParameter": "aws_ssm_parameter",
    "aws:ssm/getParametersByPath:getParametersByPath": "aws_ssm_parameters_by_path",
}
"""Function -> Terraform's name of the data source."""

SECRET_RESULTS: Mapping[str, tuple[str, ...]] = {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": ("authorizationToken", "password"),
    "aws:ssm/getParameter:getParameter": ("value",),
    "aws:ssm/getParametersByPath:getParametersByPath": ("values",),
}
"""Function -> what is secret in its result, which the bridge gives out plain."""
