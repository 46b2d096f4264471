using Bridge.Adapter.Pods;
using CniInvoker;

namespace Bridge.Adapter.Neighbours;

/// <summary>
/// Everybody on the CNI networks that Docker has to do with: from the journal, the IPAM plugins' stores and the container runtime, asked
/// side by side.
/// </summary>
internal sealed class Neighbourhoods(OwnHolders own, AddressStores stores, PodRuntime pods)
{
    /// <param name="cniNetworks">Names of CNI networks.</param>
    /// <param name="configurations">A network that is gone from these may have containers still.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <returns>In the order of the names. Takes a second or two at most.</returns>
    public async Task<(PodRuntimeState Runtime, IReadOnlyList<(Neighbourhood Network, IReadOnlyList<Neighbour> Neighbours)> Networks)> ReadAsync(
        IReadOnlyList<string> cniNetworks, ConfigurationDirectoryContents configurations, CancellationToken cancellationToken)
    {
        var listing = pods.ListAsync(cancellationToken);
        var networks = await Task.WhenAll(cniNetworks.Select(name => configurations.Find(name) is { } network
            ? stores.ReadAsync(network, cancellationToken)
            : Task.FromResult(new Neighbourhood(name, [], [], "its configuration is gone"))));
        var (runtime, known) = await listing;
        var holders = own.All;
        return (runtime, [.. networks.Select(network => network.Judged(holders)).Select(network => (network, network.List(holders, known)))]);
    }
}
