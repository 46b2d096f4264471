#!/bin/bash
# Makes the network of the swarm from the configuration that node.sh made on every node. Run it once, on a manager.
#   network.sh DOCKER-NETWORK
set -euo pipefail
network=${1:?"the Docker network; node.sh made NAME-config"}
docker network create --scope swarm --driver cnm-cni:latest --config-from "$network-config" --attachable "$network"
