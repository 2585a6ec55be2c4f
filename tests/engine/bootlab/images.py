"""Machine images of the lab's cloud: the base's disk, and what each has beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.engine.bootlab.cloud import Cloud


@dataclass
class Images:
    """Which files a machine starts with."""

    all_have: Mapping[str, str]
    """Path -> text of what every image has."""
    _own: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def new(self, cloud: Cloud, name: str, files: Mapping[str, str]) -> str:
        """An image with more files than the others; gives its id."""
        first = self.first(cloud)
        made = cloud.ec2.copy_image(SourceImageId=first, SourceRegion=cloud.region, Name=name)
        self._own[made["ImageId"]] = files
        return str(made["ImageId"])

    @staticmethod
    def first(cloud: Cloud) -> str:
        """The id of the image that there is from the beginning."""
        return str(cloud.ec2.describe_images()["Images"][0]["ImageId"])

    def files(self, image: str) -> dict[str, str]:
        """Path -> text of what an image has beside the base's disk."""
        return {**self.all_have, **self._own.get(image, {})}
