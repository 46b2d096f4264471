#!/bin/bash
# Prepares a node of a swarm for services on its CNI network: run it as root on every node, managers too.
#   node.sh PLUGIN CNI-NETWORK SUBNET GATEWAY [DOCKER-NETWORK]
# PLUGIN is the directory of the managed plugin (config.json and rootfs). SUBNET and GATEWAY are those of the CNI network on this node.
set -euo pipefail
plugin=${1:?"the directory of the managed plugin"}
cni_network=${2:?"the CNI network"}
subnet=${3:?"its subnet on this node"}
gateway=${4:?"its gateway on this node"}
network=${5:-$cni_network-swarm}

if ! docker plugin inspect cnm-cni:latest >/dev/null 2>&1; then
    docker plugin create cnm-cni:latest "$plugin"
fi
[ "$(docker plugin inspect --format '{{.Enabled}}' cnm-cni:latest)" = true ] || docker plugin enable cnm-cni:latest
docker network create --config-only --ipam-driver cnm-cni:latest --ipam-opt "cni.network=$cni_network" -o "cni.network=$cni_network" \
    --subnet "$subnet" --gateway "$gateway" "$network-config"
