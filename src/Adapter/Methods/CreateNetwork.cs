using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create`. Finds the CNI network, asks its plugins whether they can serve it, and remembers the choice.
/// CNI: VERSION of every plugin, STATUS from 1.1.0. Journal: a NetworkRecord. Undo: nothing is made besides the record, which is written last.
/// Idempotent: the same id again replaces the record.
/// </summary>
internal sealed class CreateNetwork(
    ConfigurationDirectory configurations, CniRuntime runtime, PoolRequests requests, Journal journal, AdapterSettings settings, ILogger<CreateNetwork> logger)
    : ICnmMethod<CreateNetworkRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(CreateNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var options = NetworkOptions.Read(request);
        var network = CniNetworks.Choose(configurations.Load(), options.CniNetwork ?? OfPool(options));
        requests.Settle();
        AttachKind.RequireFit(options.Attach, network, settings.SandboxPlugins);
        AddressPools.RequireFit(options, network);
        EndpointOptions.Require(options.EndpointDefaults, network);
        try
        {
            await ProbeAsync(network, options.Ipam, cancellationToken);
        }
        catch (CniException unusable)
        {
            throw new CnmException($"CNI network \"{network.Name}\" ({network.Source}) cannot be used: {unusable.Message}", unusable);
        }

        foreach (var warning in network.Warnings)
        {
            logger.OddConfiguration(warning.File, warning.Message);
        }

        cancellationToken.ThrowIfCancellationRequested(); // Docker does not take back what it was told is late.
        journal.Networks.Write(options.ToRecord(networkId, network.Name));
        return new Nothing();
    }

    // With --ipam-opt alone, which Docker shows to the IPAM driver only.
    private string? OfPool(NetworkOptions options) =>
        options.Ipam == IpamMode.Cni ? options.Pools.Select(pool => requests.LastNetworkOf(pool.Pool ?? "")).FirstOrDefault(name => name is not null) : null;

    private async Task ProbeAsync(NetworkConfiguration network, IpamMode ipam, CancellationToken cancellationToken)
    {
        var types = network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }).OfType<string>();
        foreach (var type in (ipam == IpamMode.Cni ? types.Append(IpamConfiguration.Static) : types).Distinct())
        {
            var versions = await runtime.VersionAsync(type, cancellationToken);
            if (!versions.Supported.Contains(network.CniVersion))
            {
                throw new CnmException(
                    $"CNI network \"{network.Name}\" ({network.Source}) has cniVersion {network.CniVersion}, " +
                    $"but its plugin {type} supports {string.Join(", ", versions.Supported)} only. " +
                    "Lower cniVersion in the file, or install a newer plugin.");
            }
        }

        await runtime.StatusAsync(network, cancellationToken);
    }
}
