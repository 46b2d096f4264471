using Bridge.Adapter.Cnm;
using Bridge.Adapter.HostPorts;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Publishes an endpoint's ports by the plugins of its chain with the capability <c>portMappings</c>. The caller holds the endpoint's gate.
/// </summary>
internal sealed class Publisher(
    Journal journal, CniAttachment cni, CniRuntime runtime, AttachmentLeftovers leftovers, PortReservations ports,
    ForeignPorts foreignPorts)
{
    /// <summary>
    /// (1) Reserves the host ports. (2) Writes the intent. (3) Runs the plugins. Succeeds if the ports are published, or none are
    /// requested.
    /// </summary>
    /// <param name="record">An attachment that has joined.</param>
    /// <param name="requested">The container's port list of this call; CreateEndpoint has it only for the first endpoint of a
    /// container.</param>
    /// <param name="holds">Binds the ports, so that no other program takes them; otherwise they only have to be free now.</param>
    /// <exception cref="CnmException">A port is taken, or the chain has no plugin that publishes.</exception>
    /// <exception cref="CniException">A plugin failed.</exception>
    public async Task PublishAsync(AttachmentRecord record, IReadOnlyList<RequestedPort> requested, bool holds)
    {
        if (record.PublishedPorts is not null || requested.Count == 0)
            return;

        var attached = cni.Parts(record).Attaching;
        record = record with { RequestedPorts = requested };
        var publishing = cni.Parts(record).Publishing;
        if (publishing.Plugins.Count == 0)
        {
            throw new CnmException(
                $"ports cannot be published on CNI network \"{record.CniNetwork}\": none of its plugins has the capability " +
                "\"portMappings\". Add the portmap plugin with \"capabilities\": {\"portMappings\": true} to its plugins, or omit -p.");
        }

        PublishedPorts.RequireReachable(requested, [.. CniRecord.Result(record)!.Ips.Select(ip => ip.Address.AddressFamily)], publishing);
        var unpublished = record;
        record = await ReserveAsync(record, holds); // (1) (2)
        try // (3)
        {
            // Plugins that ran at ADD because there were no ports run again with ports. SPEC §2: no second ADD without a DEL between.
            var again = publishing.WithPlugins(plugin => attached.Plugins.Any(other => other.Type == plugin.Type));
            await runtime.DeleteAsync(again, cni.Of(unpublished), CniRecord.Result(record), CancellationToken.None);
            var result = await runtime.AddAsync(publishing, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
            journal.Attachments.Write(record with { Result = CniRecord.ToElement(result.Json) });
        }
        catch (CniException failed)
        {
            var mayRemain = failed.CleanupFailure is not null || leftovers.MayHavePortRules(record);
            var remains = mayRemain ? await RemainsAsync(record, publishing) : null;
            if (remains is null)
            {
                ports.Release(record.EndpointId);
                journal.Attachments.Keep(unpublished);
            }

            throw FailedCleanup.Combine(failed, remains) ?? failed;
        }
    }

    /// <summary>Whether the chain has a plugin that publishes.</summary>
    public bool CanPublish(AttachmentRecord record, IReadOnlyList<RequestedPort> requested) =>
        record.PublishedPorts is not null || cni.Parts(record with { RequestedPorts = requested }).Publishing.Plugins.Count > 0;

    /// <summary>Whether the same plugins run at ADD with these ports as without.</summary>
    public bool HasSameAttaching(AttachmentRecord record, IReadOnlyList<RequestedPort> requested) =>
        cni.Parts(record).Attaching.Plugins.Count == cni.Parts(record with { RequestedPorts = requested }).Attaching.Plugins.Count;

    // A second DEL may succeed only because the plugin finds nothing to work on; the rules show whether anything remains.
    private async Task<string?> RemainsAsync(AttachmentRecord record, NetworkConfiguration publishing)
    {
        if (await FailedCleanup.RetryDeleteAsync(runtime, publishing, cni.Of(record), CniRecord.Result(record)) is { } failure)
            return failure;

        try
        {
            return await leftovers.PortRulesAsync(record, CancellationToken.None) is { Count: > 0 } rules
                ? HostLeftovers.Text(rules)
                : null;
        }
        catch (IOException unknown)
        {
            return unknown.Message;
        }
    }

    // Reserves and writes: both or neither.
    private async Task<AttachmentRecord> ReserveAsync(AttachmentRecord record, bool holds)
    {
        var foreign = await foreignPorts.FindAsync(record.RequestedPorts, CancellationToken.None);
        var mappings = await ports.ReserveAsync(record.EndpointId, record.RequestedPorts, foreign, CancellationToken.None);
        try
        {
            journal.Attachments.Write(record = record with { PublishedPorts = mappings });
            if (!holds)
                ports.Unbind(record.EndpointId);

            return record;
        }
        catch
        {
            ports.Release(record.EndpointId);
            throw;
        }
    }
}
