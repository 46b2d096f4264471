using System.Net;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Neighbours;

/// <summary>
/// Asks the stores of IPAM plugins, and waits for none of them: it is some files on a local disk, but a network file system may hang.
/// </summary>
internal sealed class AddressStores(TimeProvider timeProvider)
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1);

    /// <summary>All that a CNI network has given away.</summary>
    public async Task<Neighbourhood> ReadAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var subnets = CniSubnet.Of(network).Select(subnet => subnet.Subnet).ToArray();
        if (HostLocalStore.Of(network) is not { } store)
            return new Neighbourhood(network.Name, subnets, [], $"{Whoever(network)} keeps no list of its addresses that can be read here");

        var stored = await InTimeAsync(store.Read, cancellationToken);
        return new Neighbourhood(network.Name, subnets, stored ?? [], stored is null ? $"{store.Path} could not be read in time" : null) { GuessedStore = store.IsGuessed ? store.Path : null };
    }

    /// <returns>Null when nobody is known to have the address, or the network's IPAM plugin has no store that can be read.</returns>
    public async Task<StoredAddress?> FindAsync(NetworkConfiguration network, IPAddress address, CancellationToken cancellationToken) =>
        HostLocalStore.Of(network) is { } store ? await InTimeAsync(_ => store.Find(address), cancellationToken) : null;

    /// <returns>Null when the store could not be read, or not in time.</returns>
    public Task<IReadOnlyList<StoredAddress>?> ReadAsync(HostLocalStore store, CancellationToken cancellationToken) => InTimeAsync(store.Read, cancellationToken);

    private static string Whoever(NetworkConfiguration network) =>
        MainPlugin.Of(network) is { IpamType: { } ipam } ? $"its IPAM plugin {ipam}" : $"its plugin {MainPlugin.Of(network).Type}";

    private async Task<T?> InTimeAsync<T>(Func<CancellationToken, T> ask, CancellationToken cancellationToken) where T : class?
    {
        using var deadline = new CancellationTokenSource(AnswerTimeout, timeProvider);
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var token = bounded.Token;
        try
        {
            return await Task.Run(() => ask(token), token).WaitAsync(token);
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
