using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// DEL of a chain, and the decision whether it has undone everything. Where the plugins have their link and succeed, they are believed. In
/// every other case what the host still holds decides (docs/state.md, "When an attachment is undone"), never what a plugin said.
/// </summary>
internal sealed class ChainRemoval(StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, AttachmentLeftovers leftovers)
{
    /// <exception cref="CniException">DEL failed, and something is left or may be.</exception>
    /// <exception cref="IOException">DEL succeeded, and something is left or may be; or the kernel refused.</exception>
    public async Task RunAsync(AttachmentRecord record)
    {
        var home = BringHome(record, record.Snapshot);
        var failure = await TryDeleteAsync(record);
        if (failure is null)
        {
            if (!IsCertain(record, home) && await LeftAsync(record) is { Count: > 0 } left)
                await DeletePluginByPluginAsync(record, left);
        }
        else if (failure.TimedOut || record.Snapshot is null || BringHome(record, record.Snapshot) != LinkHome.StandIn)
        {
            if (failure.TimedOut || !await IsNothingMadeAsync(record))
                throw failure;
        }
        else
        {
            // The plugin that made the link took it away before it failed, or it was gone before. What is left of its rules it finds by the
            // addresses of another.
            await DeleteWithStandInAsync(record, home == LinkHome.StandIn ? failure : await TryDeleteAsync(record));
        }
    }

    // A plugin that refuses its own configuration refuses DEL with it as well, and for ever. No plugin after the first has run where none
    // has answered.
    private async Task<bool> IsNothingMadeAsync(AttachmentRecord record) =>
        record.Result is null
        && MainPlugin.ShowsWhatItMakes(CniRecord.Configuration(record))
        && !(record is { Attach: AttachMode.Sandbox, SandboxKey: { } sandboxKey } && StagingSandboxes.HasLink(sandboxKey, record.InterfaceName))
        && (await LeftAsync(record)).Count == 0;

    // A plugin takes the link away before the others have found their rules by it: each gets one of its own.
    private async Task DeletePluginByPluginAsync(AttachmentRecord record, IReadOnlyList<string> left)
    {
        if (record.Snapshot is null)
            throw Left(record, left);

        var chain = cni.Parts(record).Attaching;
        foreach (var plugin in chain.Plugins.Reverse())
        {
            BringHome(record, record.Snapshot);
            await TryDeleteAsync(record, chain.WithPlugins(other => other == plugin));
        }

        await RequireNothingLeftAsync(record);
    }

    private async Task DeleteWithStandInAsync(AttachmentRecord record, CniException? failure)
    {
        if (failure is null)
        {
            await RequireNothingLeftAsync(record);
            return;
        }

        if (failure.TimedOut)
            throw failure;

        if (await HasRulesAsync(record))
        {
            await DeleteAddressByAddressAsync(record);
            if (await HasRulesAsync(record))
                throw failure; // The address stays reserved as long as rules use it.
        }

        // Of what it looks for nothing is there: somebody flushed the firewall, or the plugin never made it (bridge and ptp with the back
        // end nftables look for rules of iptables too, containernetworking/plugins 1.9). Without a link it does not look, and the address
        // is released.
        staging.Remove(record.ContainerId);
        staging.Create(record.ContainerId);
        if (await TryDeleteAsync(record) is { } last)
            throw last;

        // The failure may have been another trouble, which has passed by now; a plugin whose work this host does not show can end it only
        // with a link.
        BringHome(record, record.Snapshot);
        _ = await TryDeleteAsync(record);
        await RequireNothingLeftAsync(record);
    }

    // Some plugins have one chain for all addresses, and cannot remove it with the first while the second still leads there (bridge and
    // ptp, containernetworking/plugins 1.1).
    private async Task DeleteAddressByAddressAsync(AttachmentRecord record)
    {
        foreach (var address in record.Snapshot!.Addresses.Reverse())
        {
            BringHome(record, record.Snapshot with { Addresses = [address], Routes = [], Rules = [] });
            await TryDeleteAsync(record);
        }
    }

    private async Task RequireNothingLeftAsync(AttachmentRecord record)
    {
        if (await LeftAsync(record) is { Count: > 0 } left)
            throw Left(record, left);
    }

    private static IOException Left(AttachmentRecord record, IReadOnlyList<string> left) =>
        new($"the plugins of CNI network \"{record.CniNetwork}\" say that they have undone everything, and this is left: {HostLeftovers.Text(left)}");

    // A reboot takes rules along, whatever the plugins do. And a plugin that nobody here knows may take the link away before the others
    // have looked at it.
    private static bool IsCertain(AttachmentRecord record, LinkHome home) =>
        record.BootId != BootId.Current()
        || (record.Snapshot is not null && home != LinkHome.StandIn && !MainPlugin.HasUnknownHelpers(CniRecord.Configuration(record)));

    private async Task<bool> HasRulesAsync(AttachmentRecord record) => (await leftovers.RulesAsync(record, CancellationToken.None)).Count > 0;

    private async Task<IReadOnlyList<string>> LeftAsync(AttachmentRecord record) =>
        [.. await leftovers.RulesAsync(record, CancellationToken.None), .. await leftovers.AddressesAsync(record, CancellationToken.None)];

    private Task<CniException?> TryDeleteAsync(AttachmentRecord record) => TryDeleteAsync(record, cni.Parts(record).Attaching);

    private async Task<CniException?> TryDeleteAsync(AttachmentRecord record, NetworkConfiguration plugins)
    {
        var around = record is { Attach: AttachMode.Sandbox, SandboxKey: { } key } ? StagingSandboxes.TrySurvey(key) : null;
        try
        {
            await runtime.DeleteAsync(plugins, cni.Of(record), CniRecord.Result(record), CancellationToken.None);
            return null;
        }
        catch (CniException failure)
        {
            return failure;
        }
        finally
        {
            if (around is not null)
                StagingSandboxes.SetUpAgain(record.SandboxKey!, record.InterfaceName, around);
        }
    }

    // A reboot takes links, rules and chains along, and leaves reservations: plugins must find the namespace empty, or they look for rules
    // to a link that stands in for the lost one.
    private LinkHome BringHome(AttachmentRecord record, LinkSnapshot? snapshot) => record switch
    {
        _ when record.BootId != BootId.Current() => staging.BringHome(record.ContainerId, record.InterfaceName, record.HostInterfaceName, sandboxPath: null, snapshot: null),
        { Attach: AttachMode.Sandbox, SandboxKey: { } sandboxKey } =>
            staging.FindInPlace(record.ContainerId, record.InterfaceName, record.HostInterfaceName, sandboxKey, snapshot),
        _ => staging.BringHome(record.ContainerId, record.InterfaceName, record.HostInterfaceName, record.SandboxKey, snapshot),
    };
}
