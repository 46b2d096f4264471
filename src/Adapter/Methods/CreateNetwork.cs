using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create`. Finds the CNI network, asks its plugins whether they can serve it, and remembers the choice.
/// CNI: VERSION of every plugin, STATUS from 1.1.0. Journal: a NetworkRecord. Undo: nothing is made besides the record, which is written last.
/// Idempotent: the same id again replaces the record.
/// </summary>
internal sealed class CreateNetwork(ConfigurationDirectory configurations, CniRuntime runtime, Journal journal) : ICnmMethod<CreateNetworkRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(CreateNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var options = NetworkOptions.Read(request);
        var network = CniNetworks.Choose(configurations.Load(), options.CniNetwork);
        AddressPools.RequireFit(options, network);
        try
        {
            await ProbeAsync(network, cancellationToken);
        }
        catch (CniException unusable)
        {
            throw new CnmException($"CNI network \"{network.Name}\" ({network.Source}) cannot be used: {unusable.Message}", unusable);
        }

        journal.Networks.Write(new NetworkRecord(networkId, network.Name, options.Ipam));
        return new Nothing();
    }

    private async Task ProbeAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        foreach (var type in network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }).OfType<string>().Distinct())
        {
            var versions = await runtime.VersionAsync(type, cancellationToken);
            if (!versions.Supported.Contains(network.CniVersion))
            {
                throw new CnmException(
                    $"CNI network \"{network.Name}\" ({network.Source}) has cniVersion {network.CniVersion}, but its plugin {type} supports {string.Join(", ", versions.Supported)} only. " +
                    "Lower cniVersion in the file, or install a newer plugin.");
            }
        }

        await runtime.StatusAsync(network, cancellationToken);
    }
}
