"""Clouds: what gives machines, networks and clusters. See :mod:`foxden.clouds.base`."""
