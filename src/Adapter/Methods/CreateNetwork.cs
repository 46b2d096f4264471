using Bridge.Adapter.Cnm;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create`. Finds the CNI network, asks its plugins whether they can serve it, and remembers the choice.
/// CNI: VERSION of every plugin, STATUS from 1.1.0. Journal: a NetworkRecord. Undo: nothing is made besides the record, which is written last.
/// Idempotent: the same id again replaces the record.
/// </summary>
internal sealed class CreateNetwork(
    ConfigurationDirectory configurations, CniRuntime runtime, PoolRequests requests, Journal journal, AdapterSettings settings, FileWarnings fileWarnings)
    : ICnmMethod<CreateNetworkRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(CreateNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var options = NetworkOptions.Read(request);
        CniArguments.RequireAllowed(options.EndpointDefaults.Keys, settings.ForbiddenArguments);
        var contents = configurations.Load();
        var asked = OfPool(options);
        var network = CniNetworks.Choose(contents, options.CniNetwork ?? asked ?? CniNetworks.OnlyDeclaring(contents, [.. options.Pools.Select(pool => pool.Pool ?? "")]));
        requests.Settle();
        NetworkSupport.RequireAttachMode(options.Attach, network, settings.SandboxPlugins);
        AddressPools.RequireFit(options, network);
        AddressPools.RequireAsked(asked, network, options.Attach);
        EndpointOptions.Require(options.EndpointDefaults, network);
        IReadOnlyList<ConfigurationProblem> warnings;
        try
        {
            warnings = await ProbeAsync(network, options.Ipam, cancellationToken);
        }
        catch (CniException unusable)
        {
            throw new CnmException($"CNI network \"{network.Name}\" ({network.Source}) cannot be used: {unusable.Message}", unusable);
        }

        var ofFile = contents.Warnings.Where(warning => warning.File == network.Source || warning.File == settings.ConfigurationDirectory);
        fileWarnings.Log(network.Warnings.Concat(ofFile).Concat(warnings));
        cancellationToken.ThrowIfCancellationRequested(); // Docker does not take back what it was told is late.
        journal.Networks.Write(options.ToRecord(networkId, network.Name));
        return new Nothing();
    }

    // With --ipam-opt alone, which Docker shows to the IPAM driver only.
    private string? OfPool(NetworkOptions options) =>
        options.Ipam == IpamMode.Cni ? options.Pools.Select(pool => requests.LastNetworkOf(pool.Pool ?? "")).FirstOrDefault(name => name is not null) : null;

    /// <returns>What is odd about its plugins.</returns>
    private async Task<IReadOnlyList<ConfigurationProblem>> ProbeAsync(NetworkConfiguration network, IpamMode ipam, CancellationToken cancellationToken)
    {
        var validation = await runtime.ValidateAsync(network, cancellationToken);
        if (validation.Problems.Count > 0)
            throw Unusable(network, string.Join("; ", validation.Problems));

        if (ipam == IpamMode.Cni)
            await RequireStaticAsync(network, cancellationToken);

        await runtime.StatusAsync(network, cancellationToken);
        return validation.Warnings;
    }

    // What is reserved ahead reaches the chain through this plugin.
    private async Task RequireStaticAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var versions = (await runtime.VersionAsync(IpamConfiguration.Static, cancellationToken)).Supported;
        if (!versions.Contains(network.CniVersion))
        {
            throw Unusable(
                network,
                $"its cniVersion is {network.CniVersion}, and plugin {IpamConfiguration.Static}, which --ipam-driver cni needs, supports {string.Join(", ", versions)} only; " +
                "lower cniVersion in the file, or install a newer plugin");
        }
    }

    private static CnmException Unusable(NetworkConfiguration network, string problem) => new($"CNI network \"{network.Name}\" ({network.Source}) cannot be used: {problem}");
}

/// <summary>
/// `docker network rm`. Forgets the network; refuses while attachments live, which Docker does not let happen by itself.
/// Docker ignores the answer and may never call at all: what is left is found by repair. Idempotent: an unknown network is success.
/// </summary>
internal sealed class DeleteNetwork(Journal journal, DeletedNetworks deleted) : ICnmMethod<DeleteNetworkRequest, Nothing>
{
    public Task<Nothing> InvokeAsync(DeleteNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var live = journal.Attachments.All.Where(record => record.NetworkId == networkId && record.Phase != AttachmentPhase.Deleting).ToArray();
        if (live.Length > 0)
        {
            throw new CnmException(
                $"network {DockerId.Short(networkId)} still has {live.Length} endpoints: " +
                $"{string.Join(", ", live.Select(record => record.ContainerName ?? DockerId.Short(record.EndpointId)))}.");
        }

        deleted.Add(networkId);
        journal.Networks.Remove(networkId);
        return Task.FromResult(new Nothing());
    }
}
