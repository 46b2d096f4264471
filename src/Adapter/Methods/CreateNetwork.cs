using Bridge.Adapter.Cnm;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Ipam;
using Bridge.Adapter.Networks;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;

namespace Bridge.Adapter.Methods;

/// <summary>
/// `docker network create`. Finds the CNI network, checks that its plugins can serve it, and records the choice.
/// CNI: VERSION of every plugin, STATUS from 1.1.0 on. Journal: a NetworkRecord. Clean-up: none, the record is written last.
/// Idempotent: a second call with the same id replaces the record.
/// </summary>
internal sealed class CreateNetwork(
    ConfigurationDirectory configurations, CniRuntime runtime, PoolRequests requests, Journal journal, AdapterSettings settings,
    FileWarnings fileWarnings, WarmPool warm, WarmSignal signal, DriverName driver)
    : ICnmMethod<CreateNetworkRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(CreateNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var options = NetworkOptions.Read(request);
        CniArguments.RequireAllowed(options.EndpointDefaults.Keys, settings.ForbiddenArguments);
        var contents = configurations.Load();
        var ofPool = NetworkOfPool(options);
        var network = CniNetworks.Choose(
            contents, options.CniNetwork ?? ofPool
                ?? CniNetworks.OnlyDeclaring(contents, [.. options.Pools.Select(pool => pool.Pool ?? "")]));
        requests.Settle();
        NetworkSupport.RequireAttachMode(options.Attach, network, settings.SandboxPlugins, driver.Known);
        AddressPools.RequireFit(options, network, driver.Known);
        AddressPools.RequireSameNetwork(ofPool, network, options.Attach, driver.Known);
        EndpointOptions.Require(options.EndpointDefaults, network);
        var record = options.ToRecord(networkId, network);
        WarmSupport.Require(record, network, settings);
        IReadOnlyList<ConfigurationProblem> warnings;
        try
        {
            warnings = await ProbeAsync(network, options.Ipam, cancellationToken);
        }
        catch (CniException unusable)
        {
            throw Unusable(network, unusable.Message, unusable);
        }

        var ofFile = contents.Warnings.Where(
            warning => warning.File == network.Source || warning.File == Path.GetDirectoryName(network.Source));
        fileWarnings.Log(network.Warnings.Concat(ofFile).Concat(warnings));
        cancellationToken.ThrowIfCancellationRequested(); // After an error Docker sends no DeleteNetwork.
        journal.Networks.Write(record);
        warm.Open(networkId);
        signal.Raise();
        return new Nothing();
    }

    // The network of --ipam-opt, which Docker shows to the IPAM driver only.
    private string? NetworkOfPool(NetworkOptions options) => options.Ipam == IpamMode.Cni
        ? options.Pools.Select(pool => requests.LastNetworkOf(pool.Pool ?? "")).FirstOrDefault(name => name is not null)
        : null;

    /// <returns>Warnings about its plugins.</returns>
    private async Task<IReadOnlyList<ConfigurationProblem>> ProbeAsync(NetworkConfiguration network, IpamMode ipam,
        CancellationToken cancellationToken)
    {
        var validation = await runtime.ValidateAsync(network, cancellationToken);
        if (validation.Problems.Count > 0)
            throw Unusable(network, string.Join("; ", validation.Problems));

        if (ipam == IpamMode.Cni)
            await RequireStaticAsync(network, cancellationToken);

        await runtime.StatusAsync(network, cancellationToken);
        return validation.Warnings;
    }

    // The plugin static assigns the reserved addresses to the chain's interface.
    private async Task RequireStaticAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var versions = (await runtime.VersionAsync(IpamConfiguration.Static, cancellationToken)).Supported;
        if (!versions.Contains(network.CniVersion))
        {
            throw Unusable(
                network,
                $"its cniVersion is {network.CniVersion}, and plugin {IpamConfiguration.Static}, which --ipam-driver cni needs, " +
                $"supports only {string.Join(", ", versions)}; lower cniVersion in the file, or install a newer plugin");
        }
    }

    private static CnmException Unusable(NetworkConfiguration network, string problem, Exception? cause = null) =>
        new($"CNI network \"{network.Name}\" ({network.Source}) cannot be used: {problem}", cause);
}

/// <summary>
/// `docker network rm`. Removes the network's record, once the releases of its containers have ended; refuses while attachments exist,
/// which Docker prevents by itself.
/// Docker ignores the answer, and may not call at all (a plugin that is down): repair finds the remaining record. Idempotent: an unknown
/// network succeeds.
/// </summary>
internal sealed class DeleteNetwork(Journal journal, DeferredReleases releases, DeletedNetworks deleted, WarmRelease warm)
    : ICnmMethod<DeleteNetworkRequest, Nothing>
{
    public async Task<Nothing> InvokeAsync(DeleteNetworkRequest request, CancellationToken cancellationToken)
    {
        var networkId = DockerId.Require(request.NetworkID, nameof(request.NetworkID));
        var live = journal.Attachments.All.Where(record =>
            record.NetworkId == networkId && record is { Phase: not AttachmentPhase.Deleting, IsWarm: false })
            .ToArray();
        if (live.Length > 0)
        {
            throw new CnmException(
                $"network {DockerId.Short(networkId)} still has {live.Length} endpoints: " +
                $"{string.Join(", ", live.Select(record => record.ContainerName ?? DockerId.Short(record.EndpointId)))}.");
        }

        await warm.EndAsync(networkId, cancellationToken);
        var cniNetwork = journal.Networks.Find(networkId)?.CniNetwork;
        await releases.WaitAsync(
            record => record.CniNetwork == cniNetwork || (record as AttachmentRecord)?.NetworkId == networkId, cancellationToken);
        deleted.Add(networkId);
        journal.Networks.Remove(networkId);
        return new Nothing();
    }
}
