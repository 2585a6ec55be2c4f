"""Resources with nothing wrong, of the kinds that many rules look at."""

from typing import Any

TAGS = {"environment": "dev", "owner": "platform", "cost_centre": "engineering", "component": "pool", "Name": "it"}

TEMPLATE: dict[str, Any] = {
    "imageId": "ami-0123456789abcdef0",
    "instanceType": "m6i.large",
    "iamInstanceProfile": {"arn": "arn:aws:iam::123456789012:instance-profile/it"},
    "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
    "monitoring": {"enabled": True},
    "blockDeviceMappings": [
        {
            "deviceName": "/dev/sda1",
            "ebs": {"encrypted": "true", "deleteOnTermination": "true", "volumeSize": 30, "volumeType": "gp3"},
        }
    ],
    "tagSpecifications": [{"resourceType": "volume", "tags": TAGS}],
    "tags": TAGS,
    "userData": "I2Nsb3VkLWNvbmZpZwo=",
    "vpcSecurityGroupIds": ["sg-1"],
}

HOOKS = [
    {"lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", "defaultResult": "ABANDON"},
    {"lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "defaultResult": "CONTINUE"},
]

GROUP_TAGS = [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in TAGS.items()]

GROUP: dict[str, Any] = {
    "minSize": 2,
    "maxSize": 6,
    "vpcZoneIdentifiers": ["subnet-a", "subnet-b", "subnet-c"],
    "mixedInstancesPolicy": {
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": "lt-1", "version": "7"},
            "overrides": [{"instanceType": "m6i.large"}, {"instanceType": "m6a.large"}, {"instanceType": "m5.large"}],
        },
        "instancesDistribution": {"onDemandBaseCapacity": 0, "onDemandPercentageAboveBaseCapacity": 0},
    },
    "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 100}},
    "initialLifecycleHooks": HOOKS,
    "tags": GROUP_TAGS,
}

NODE_GROUP: dict[str, Any] = {
    "clusterName": "foxden-dev",
    "version": "1.34",
    "releaseVersion": "1.34.1-20250920",
    "amiType": "AL2023_x86_64_STANDARD",
    "capacityType": "ON_DEMAND",
    "instanceTypes": ["m6i.large"],
    "subnetIds": ["subnet-a", "subnet-b", "subnet-c"],
    "launchTemplate": {"id": "lt-1", "version": "7"},
    "scalingConfig": {"minSize": 2, "maxSize": 6, "desiredSize": 2},
    "updateConfig": {"maxUnavailablePercentage": 33},
    "nodeRepairConfig": {"enabled": True},
    "tags": TAGS,
}

CONTROL_PLANE: dict[str, Any] = {
    "name": "foxden-dev",
    "version": "1.34",
    "vpcConfig": {"endpointPrivateAccess": True, "endpointPublicAccess": False, "subnetIds": ["subnet-a", "subnet-b"]},
    "encryptionConfig": {
        "provider": {"keyArn": "arn:aws:kms:eu-central-1:123456789012:key/it"},
        "resources": ["secrets"],
    },
    "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
    "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
    "deletionProtection": True,
    "tags": TAGS,
}

SERVERS: dict[str, Any] = {
    "minSize": 3,
    "maxSize": 4,
    "vpcZoneIdentifiers": ["subnet-a", "subnet-b", "subnet-c"],
    "launchTemplate": {"id": "lt-1", "version": "7"},
    "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 100}},
    "initialLifecycleHooks": HOOKS,
    "tags": [{"key": "foxden:role", "value": "server", "propagateAtLaunch": True}, *GROUP_TAGS],
}

BALANCER: dict[str, Any] = {
    "loadBalancerType": "application",
    "subnets": ["subnet-a", "subnet-b"],
    "dropInvalidHeaderFields": True,
    "enableDeletionProtection": True,
    "accessLogs": {"enabled": True, "bucket": "logs"},
    "tags": TAGS,
}

CONTAINER: dict[str, Any] = {
    "name": "main",
    "image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev/pods@sha256:" + "0123456789abcdef" * 4,
    "env": [
        {"name": "LEVEL", "value": "info"},
        {"name": "API_KEY", "valueFrom": {"secretKeyRef": {"key": "value", "name": "pods-api-key"}}},
    ],
    "ports": [{"containerPort": 8080, "name": "http"}],
    "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
    "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
    "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    },
}

POD: dict[str, Any] = {
    "automountServiceAccountToken": False,
    "serviceAccountName": "pods",
    "containers": [CONTAINER],
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
        "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
    },
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "kubernetes.io/hostname"}],
    "volumes": [{"name": "scratch", "emptyDir": {}}],
}

LABELS = {"app.kubernetes.io/name": "pods", "needs.foxden/router": "true"}

DEPLOYMENT: dict[str, Any] = {
    "metadata": {"name": "pods", "namespace": "dev"},
    "spec": {
        "replicas": 3,
        "progressDeadlineSeconds": 180,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {"metadata": {"labels": LABELS}, "spec": POD},
    },
}

TASK: dict[str, Any] = {
    "Name": "main",
    "Driver": "docker",
    "Config": {"image": CONTAINER["image"], "ports": ["http"]},
    "Env": {"LEVEL": "info", "API_TOKEN": "${NOMAD_SECRETS_DIR}/token"},
    "KillTimeout": 30_000_000_000,
    "LogConfig": {"MaxFiles": 3, "MaxFileSizeMB": 10},
    "Resources": {"CPU": 100, "MemoryMB": 64},
    "Services": [{"Name": "pods--dev", "PortLabel": "http", "Checks": [{"Type": "http", "Path": "/"}]}],
    "Templates": [{"EmbeddedTmpl": "nothing"}],
}

JOB: dict[str, Any] = {
    "ID": "pods",
    "Namespace": "dev",
    "Type": "service",
    "TaskGroups": [
        {
            "Name": "pods",
            "Count": 3,
            "ReschedulePolicy": {"Unlimited": True},
            "RestartPolicy": {"Attempts": 5},
            "Spreads": [{"Attribute": "${node.unique.id}", "Weight": 100}],
            "Update": {
                "AutoRevert": True,
                "HealthCheck": "checks",
                "MaxParallel": 1,
                "Canary": 0,
                "ProgressDeadline": 180_000_000_000,
            },
            "Tasks": [TASK],
        }
    ],
}
