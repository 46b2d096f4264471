namespace CniInvoker;

// Operations on a network as a whole, whoever is attached to it.
public sealed partial class CniRuntime
{
    /// <summary>STATUS (SPEC §2 "STATUS") of every plugin in order. Does nothing before version 1.1.0, which brought it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">A plugin cannot serve ADD now (codes 50 and 51), failed, or does not speak the network's version (code 1;
    /// nothing has run).</exception>
    public async Task StatusAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        RequireVersion(network, CniOperation.Status);
        if (SpecVersion.Parse(network.CniVersion) < SpecVersion.WithStatus)
            return;

        await RequirePluginsAsync(CniOperation.Status, network, cancellationToken).ConfigureAwait(false);
        var deadline = new VerbDeadline(timeProvider, deadlines.Status);
        foreach (var plugin in network.Plugins)
            await RunAsync(Request(CniOperation.Status, network, plugin, attachment: null, result: null), deadline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// GC (SPEC §2 "GC") of every plugin in order: each may remove what belongs to none of the attachments named. A plugin that fails does not keep the others
    /// from running. Does nothing before version 1.1.0, which brought it, and where the network disables GC. Waits until no other operation
    /// runs.
    /// </summary>
    /// <remarks>
    /// The list must hold the attachments of everybody who uses the network on this host, other runtimes included: whatever is missing is
    /// garbage to the plugins. GC is no substitute for DEL (SPEC §2 "GC").
    /// </remarks>
    /// <param name="network">The network.</param>
    /// <param name="valid">The attachments that stay; those of other networks are passed over.</param>
    /// <param name="force">Allows an empty list.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    /// <exception cref="CniException">Code 4: no attachment of this network is named, and <paramref name="force"/> is not set. Otherwise the
    /// failure of a plugin, with those of others in <see cref="CniException.OtherFailures"/>.</exception>
    public async Task CollectGarbageAsync(
        NetworkConfiguration network, IReadOnlyCollection<AttachmentId> valid, bool force, CancellationToken cancellationToken)
    {
        RequireGarbageCollection(network, valid, force);
        if (!network.DisableGc)
        {
            using var turn = await EnterAloneAsync(network, cancellationToken).ConfigureAwait(false);
            await CollectAsync(network, valid, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>VERSION (SPEC §2 "VERSION"): asks a plugin which versions of the specification it understands; once for each content of its binary.</summary>
    /// <param name="pluginType">The plugin's file name in the plugin directories.</param>
    /// <param name="cancellationToken">Ends the plugin.</param>
    /// <exception cref="CniException">The plugin is not there, failed, or gave no usable answer.</exception>
    public Task<PluginVersions> VersionAsync(string pluginType, CancellationToken cancellationToken)
    {
        var path = Find(pluginType, CniOperation.Version, networkName: "");
        return _versions.GetAsync(path, () => AskVersionAsync(pluginType, cancellationToken));
    }

    /// <summary>
    /// Whether the network could be run: its version is known, and each of its plugins, also those for addresses, is installed, answers
    /// VERSION, and supports it. Runs nothing but VERSION.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="cancellationToken">Ends the running plugin.</param>
    public async Task<NetworkValidation> ValidateAsync(NetworkConfiguration network, CancellationToken cancellationToken)
    {
        var unknown = UnknownVersion(network);
        var problems = new List<string>(new[] { unknown }.OfType<string>().Concat(StockIpam.Problems(network)));
        var warnings = new List<ConfigurationProblem>();
        var types = network.Plugins.SelectMany(plugin => new[] { plugin.Type, plugin.IpamType }).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (var type in types)
        {
            try
            {
                var versions = await VersionAsync(type, cancellationToken).ConfigureAwait(false);
                warnings.AddRange(WritableByAll.Warnings(pluginPath.Find(type)));
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

    private async Task CollectAsync(NetworkConfiguration network, IReadOnlyCollection<AttachmentId> valid, CancellationToken cancellationToken)
    {
        if (SpecVersion.Parse(network.CniVersion) < SpecVersion.WithStatus)
            return;

        var deadline = new VerbDeadline(timeProvider, deadlines.GarbageCollection);
        var remaining = valid.Where(id => id.NetworkName == network.Name).ToArray();
        var failures = new List<CniException>();
        foreach (var plugin in network.Plugins)
        {
            try
            {
                await RequireSupportAsync(CniOperation.GarbageCollection, network, plugin, cancellationToken).ConfigureAwait(false);
                var stdin = RequestConfiguration.DeriveForGarbageCollection(network, plugin, remaining);
                await RunAsync(Request(CniOperation.GarbageCollection, plugin.Type, network.Name, stdin, attachment: null), deadline, cancellationToken).ConfigureAwait(false);
            }
            catch (CniException failure)
            {
                failures.Add(failure);
            }
        }

        CniException.ThrowAny(failures);
    }

    /// <summary>What stands against it before anything runs.</summary>
    internal static void RequireGarbageCollection(NetworkConfiguration network, IReadOnlyCollection<AttachmentId> valid, bool force)
    {
        RequireVersion(network, CniOperation.GarbageCollection);
        if (!force && valid.All(id => id.NetworkName != network.Name))
        {
            throw new CniException(
                CniErrorCode.InvalidEnvironment,
                "no attachment is named that is to stay, with which everything on the network would be taken for garbage; name those that live, or force it")
                .During(CniOperation.GarbageCollection, network.Name);
        }
    }

    private async Task<PluginVersions> AskVersionAsync(string pluginType, CancellationToken cancellationToken)
    {
        var request = Request(CniOperation.Version, pluginType, networkName: "", VersionQuestion, attachment: null);
        try
        {
            var deadline = new VerbDeadline(timeProvider, deadlines.Version);
            var output = await RunAsync(request, deadline, cancellationToken).ConfigureAwait(false);
            return PluginAnswer.ReadVersions(request, output);
        }
        catch (CniException refused) when (refused.Msg == TooOldForVersion)
        {
            return new PluginVersions("0.1.0", ["0.1.0"]);
        }
    }
}
