# shellcheck shell=sh
# Azure's IPAM plugin, which azure-vnet asks inside of its agent.
assign azure-agent 10.110.4.0/24
