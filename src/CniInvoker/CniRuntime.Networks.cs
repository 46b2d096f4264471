namespace CniInvoker;

// Operations on a network as a whole, whatever is attached to it.
public sealed partial class CniRuntime
{
    /// <summary>STATUS (SPEC §2 "STATUS") of every plugin in order. Does nothing before version 1.1.0, which introduced it.</summary>
    /// <exception cref="CniException">A plugin cannot serve ADD now (codes 50 and 51), failed, or does not support the network's version
    /// (code 1; nothing has run).</exception>
    public async Task StatusAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        RequireVersion(network, CniOperation.Status);
        if (SpecVersion.Parse(network.CniVersion) < SpecVersion.WithStatus)
            return;

        await RequirePluginsAsync(CniOperation.Status, network, cancellationToken).ConfigureAwait(false);
        var deadline = Deadline(CniOperation.Status);
        foreach (var plugin in network.Plugins)
        {
            var request = Request(CniOperation.Status, network, plugin, attachment: null, result: null);
            await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// GC (SPEC §2 "GC") of every plugin in order: each may remove what belongs to none of the listed attachments. A failed plugin does not
    /// stop the others. Does nothing before version 1.1.0, which introduced it, and where the network disables GC. Waits until no other
    /// operation runs.
    /// </summary>
    /// <remarks>
    /// The list must hold the attachments of all users of the network on this host, other runtimes included: plugins remove the resources
    /// of all others. GC does not replace DEL (SPEC §2 "GC").
    /// </remarks>
    /// <param name="network">The network.</param>
    /// <param name="valid">The attachments that stay; those of other networks are ignored.</param>
    /// <param name="force">Allows an empty list.</param>
    /// <param name="cancellationToken">Terminates the running plugin.</param>
    /// <exception cref="CniException">Code 4: the list has no attachment of this network, and <paramref name="force"/> is not set.
    /// Otherwise the failure of a plugin, with those of others in <see cref="CniException.OtherFailures"/>.</exception>
    public async Task CollectGarbageAsync(
        NetworkConfiguration network, IReadOnlyCollection<AttachmentId> valid, bool force, CancellationToken cancellationToken)
    {
        RequireGarbageCollection(network, valid, force);
        if (network.DisableGc)
            return;

        using var held = await EnterAsync(
            CniOperation.GarbageCollection,
            network,
            open => open.EnterAloneAsync(network.Name, deadlines.GarbageCollection, cancellationToken)).ConfigureAwait(false);
        if (SpecVersion.Parse(network.CniVersion) >= SpecVersion.WithStatus)
            await CollectAsync(network, [.. valid.Where(id => id.NetworkName == network.Name)], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>VERSION (SPEC §2 "VERSION"): the versions that a plugin supports. Runs the plugin once per state of its binary.</summary>
    /// <param name="pluginType">The plugin's file name in the plugin directories.</param>
    /// <param name="cancellationToken">Terminates the plugin.</param>
    /// <exception cref="CniException">The plugin is not installed, failed, or gave no usable answer.</exception>
    public Task<PluginVersions> VersionAsync(string pluginType, CancellationToken cancellationToken) =>
        VersionAsync(pluginType, mayBeOfOthers: false, cancellationToken);

    // An answer that another process got is enough for an operation, which shows itself whether the plugin runs.
    private async Task<PluginVersions> VersionAsync(string pluginType, bool mayBeOfOthers, CancellationToken cancellationToken)
    {
        // Identified before VERSION runs: a binary that is replaced meanwhile is asked again the next time.
        var path = Find(pluginType, CniOperation.Version, networkName: "");
        FileVersion? binary = LibC.TryStat(path, out var file) ? file.Version : null;
        if (binary is { } state && _versions.Find(path, state, out var isOwn) is { } known && (isOwn || mayBeOfOthers))
            return known;

        var versions = await RunVersionAsync(pluginType, cancellationToken).ConfigureAwait(false);
        if (binary is { } identity)
            _versions.Remember(path, identity, versions);

        return versions;
    }

    /// <summary>
    /// Whether the network can run: its version is known, and each of its plugins, IPAM plugins included, is installed, answers VERSION and
    /// supports that version. Runs nothing but VERSION.
    /// </summary>
    public async Task<NetworkValidation> ValidateAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var unknown = UnknownVersion(network);
        var problems = new List<string>(new[] { unknown }.OfType<string>().Concat(StockIpam.Problems(network)));
        var warnings = new List<ConfigurationProblem>();
        var types = network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }).OfType<string>()
            .Distinct(StringComparer.Ordinal);
        foreach (var type in types)
        {
            try
            {
                var versions = await VersionAsync(type, cancellationToken).ConfigureAwait(false);
                var file = pluginPath.Find(type);
                warnings.AddRange(
                    new[] { file, Path.GetDirectoryName(file)! }.Select(ConfigurationFile.WritableWarning).OfType<ConfigurationProblem>());
                if (unknown is null && Unsupported(network, type, versions) is { } problem)
                    problems.Add(problem);
            }
            catch (CniException unusable)
            {
                problems.Add(unusable.Message);
            }
        }

        return new NetworkValidation(problems, network.Plugins.SelectMany(plugin => plugin.Capabilities).ToHashSet(StringComparer.Ordinal))
        {
            Warnings = [.. warnings.Distinct()],
        };
    }

    // Refuses GC before anything runs.
    internal static void RequireGarbageCollection(NetworkConfiguration network, IReadOnlyCollection<AttachmentId> valid, bool force)
    {
        RequireVersion(network, CniOperation.GarbageCollection);
        if (!force && valid.All(id => id.NetworkName != network.Name))
        {
            throw new CniException(
                CniErrorCode.InvalidEnvironment,
                "no valid attachments given: GC would remove everything on the network; list the live attachments, or use force")
                .During(CniOperation.GarbageCollection, network.Name);
        }
    }

    private async Task CollectAsync(NetworkConfiguration network, AttachmentId[] remaining, CancellationToken cancellationToken)
    {
        var deadline = Deadline(CniOperation.GarbageCollection);
        var failures = new List<CniException>();
        foreach (var plugin in network.Plugins)
        {
            try
            {
                await RequireSupportAsync(CniOperation.GarbageCollection, network, plugin, cancellationToken).ConfigureAwait(false);
                var stdin = RequestConfiguration.DeriveForGarbageCollection(network, plugin, remaining);
                var request = Request(CniOperation.GarbageCollection, plugin.Type, network.Name, stdin, attachment: null);
                await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
            }
            catch (CniException failure)
            {
                failures.Add(failure);
            }
        }

        CniException.ThrowAny(failures);
    }

    private async Task<PluginVersions> RunVersionAsync(string pluginType, CancellationToken cancellationToken)
    {
        var request = Request(CniOperation.Version, pluginType, networkName: "", VersionRequest, attachment: null);
        try
        {
            var deadline = Deadline(CniOperation.Version);
            var output = await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
            return PluginAnswer.ReadVersions(request, output);
        }
        catch (CniException refused) when (refused.Msg == TooOldForVersion)
        {
            return new PluginVersions("0.1.0", ["0.1.0"]);
        }
    }
}

/// <summary>Whether a network can run on this host.</summary>
/// <param name="Problems">What prevents it, a sentence each; empty when nothing does.</param>
/// <param name="Capabilities">The capabilities that at least one plugin enables.</param>
public sealed record NetworkValidation(IReadOnlyList<string> Problems, IReadOnlySet<string> Capabilities)
{
    /// <summary>Problems that do not prevent its plugins from running: files that every user may change.</summary>
    public IReadOnlyList<ConfigurationProblem> Warnings { get; init; } = [];
}
