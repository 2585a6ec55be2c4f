"""Schedulers: what turns a service's description into running instances. See :mod:`foxden.schedulers.base`."""
