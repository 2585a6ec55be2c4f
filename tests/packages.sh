#!/usr/bin/env bash
# Installs the Debian packages that the tests can't do without, where the machine lacks what they bring.
set -euo pipefail

has() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null; }

missing=()
has git || missing+=(git)
has setpriv || missing+=(util-linux)
# What is put on nodes is looked at by the programs that know it, and run.
has shellcheck || missing+=(shellcheck)
has systemd-analyze || missing+=(systemd)
has curl || missing+=(curl)
# Kubernetes' control plane.
has etcd || missing+=(etcd-server)
has unzip || missing+=(unzip)
[[ -e /etc/ssl/certs/ca-certificates.crt || -e /etc/pki/tls/certs/ca-bundle.crt || -e /etc/ssl/cert.pem ]] || missing+=(ca-certificates)
# Root starts an engine of its own for the tests of containers; another user needs one that answers.
if ((EUID == 0)) && [[ $(uname) == Linux ]]; then
    has dockerd || missing+=(docker.io)
    # Hosts that really boot, in a network of their own.
    has debootstrap || missing+=(debootstrap)
    has systemd-nspawn || missing+=(systemd-container)
    has ip || missing+=(iproute2)
    # A Kubernetes of this machine, with its network and the way out of it.
    has containerd || missing+=(containerd)
    has runc || missing+=(runc)
    has iptables || missing+=(iptables)
    has ipset || missing+=(ipset)
    has conntrack || missing+=(conntrack)
    has slirp4netns || missing+=(slirp4netns)
    [[ -e /usr/lib/cni/ptp || -e /opt/cni/bin/ptp ]] || missing+=(containernetworking-plugins)
elif ! docker info >/dev/null 2>&1; then
    echo "error: the tests of containers need a Docker engine that 'docker info' reaches; start one, or run them as root" >&2
    exit 1
fi

((${#missing[@]})) || exit 0
if ((EUID != 0)) || ! has apt-get; then
    echo "error: install what these Debian packages bring: ${missing[*]}" >&2
    exit 1
fi
echo "installing for the tests, a minute or two: ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}" >/dev/null
