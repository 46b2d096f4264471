using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// DEL of a chain, and the decision whether it has removed everything: what remains on the host decides (docs/state.md, "When an attachment
/// is cleaned up"), never the answer of a plugin. Where DEL succeeds while the plugins have their link, a look at the kernel is enough.
/// </summary>
internal sealed class ChainRemoval(StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, AttachmentLeftovers leftovers)
{
    /// <exception cref="CniException">DEL failed, and something remains or may remain.</exception>
    /// <exception cref="IOException">DEL succeeded, and something remains or may remain; or the kernel refused.</exception>
    public async Task RunAsync(AttachmentRecord record)
    {
        var origin = ReturnLink(record, record.Snapshot);
        var failure = await TryDeleteAsync(record);
        if (failure is null)
        {
            if ((!IsCertain(record, origin) || leftovers.MayHaveRules(record)) && await LeftAsync(record) is { Count: > 0 } left)
                await DeletePluginByPluginAsync(record, left);
        }
        else if (failure.TimedOut || record.Snapshot is null || ReturnLink(record, record.Snapshot) != LinkOrigin.StandIn)
        {
            if (!await IsNothingMadeAsync(record, failure))
                throw failure;
        }
        else
        {
            // The plugin that made the link removed it before it failed, or the link was gone before. Plugins find their rules by the
            // addresses of a stand-in.
            await DeleteWithStandInAsync(record, origin == LinkOrigin.StandIn ? failure : await TryDeleteAsync(record));
        }
    }

    private Task<bool> IsNothingMadeAsync(AttachmentRecord record, CniException failure)
    {
        var showsItsWork = record.Result is null && MainPlugin.ShowsWhatItMakes(CniRecord.Configuration(record))
            && !(record is { Attach: AttachMode.Sandbox, SandboxKey: { } sandboxKey } && Sandbox.HasLink(sandboxKey, record.InterfaceName));
        return HostLeftovers.IsNothingMadeAsync(failure, record.Result is not null, showsItsWork, () => LeftAsync(record));
    }

    private async Task DeletePluginByPluginAsync(AttachmentRecord record, IReadOnlyList<string> left)
    {
        if (record.Snapshot is null)
        {
            record = record with { Snapshot = LinkOf(record, left) };
            if (record.Snapshot is null || await leftovers.HasGivenAwayAsync(record, CancellationToken.None))
                throw HostLeftovers.Remaining(record.CniNetwork, left);
        }

        await RepeatedDelete.RunAsync(
            cni.Parts(record).Attaching, chain => DeleteEachWithStandInAsync(record, chain), () => LeftAsync(record));
    }

    // An earlier DEL removed the link and stopped before its rules, and no plugin had answered: the rules themselves name the addresses by
    // which their plugin finds them.
    private static LinkSnapshot? LinkOf(AttachmentRecord record, IReadOnlyList<string> left) => FirewallMarks.SourcesIn(left) switch
    {
        [] => null,
        var sources => new LinkSnapshot(record.InterfaceName, Mac: "", Mtu: 0, Kind: "") { Addresses = sources },
    };

    // One plugin removes the link before the others have found their rules by it: each gets a stand-in of its own.
    private async Task DeleteEachWithStandInAsync(AttachmentRecord record, NetworkConfiguration chain)
    {
        foreach (var plugin in chain.Plugins.Reverse())
        {
            ReturnLink(record, record.Snapshot);
            await TryDeleteAsync(record, chain.WithPlugins(other => other == plugin));
        }
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
                throw failure; // The address must stay reserved while rules use it.
        }

        // It fails over rules that do not exist: a person flushed the firewall, or the plugin never made them (bridge and ptp with the back
        // end nftables look for rules of iptables too, containernetworking/plugins 1.9). Without a link it does not look for them, and the
        // address is released.
        staging.Remove(record.ContainerId);
        staging.Create(record.ContainerId);
        if (await TryDeleteAsync(record) is { } last)
            throw last;

        // The failure may have been a different, transient one; a plugin whose work the host does not show can remove it only with a link.
        ReturnLink(record, record.Snapshot);
        _ = await TryDeleteAsync(record);
        await RequireNothingLeftAsync(record);
    }

    // Some plugins have one chain for all addresses, and cannot remove it with the first while the second still leads there (bridge and
    // ptp, containernetworking/plugins 1.1).
    private async Task DeleteAddressByAddressAsync(AttachmentRecord record)
    {
        foreach (var address in record.Snapshot!.Addresses.Reverse())
        {
            ReturnLink(record, record.Snapshot with { Addresses = [address], Routes = [], Rules = [] });
            await TryDeleteAsync(record);
        }
    }

    private async Task RequireNothingLeftAsync(AttachmentRecord record)
    {
        if (await LeftAsync(record) is { Count: > 0 } left)
            throw HostLeftovers.Remaining(record.CniNetwork, left);
    }

    // A reboot removes all rules. A plugin that is not a stock one may remove the link before the others have read it.
    private static bool IsCertain(AttachmentRecord record, LinkOrigin origin) =>
        record.BootId != BootId.Current()
        || (record.Snapshot is not null && origin != LinkOrigin.StandIn && !MainPlugin.HasUnknownHelpers(CniRecord.Configuration(record)));

    private async Task<bool> HasRulesAsync(AttachmentRecord record) =>
        (await leftovers.RulesAsync(record, CancellationToken.None)).Count > 0;

    private async Task<IReadOnlyList<string>> LeftAsync(AttachmentRecord record) =>
        [.. await leftovers.RulesAsync(record, CancellationToken.None), .. await leftovers.AddressesAsync(record, CancellationToken.None)];

    private Task<CniException?> TryDeleteAsync(AttachmentRecord record) => TryDeleteAsync(record, cni.Parts(record).Attaching);

    private async Task<CniException?> TryDeleteAsync(AttachmentRecord record, NetworkConfiguration plugins)
    {
        var around = record is { Attach: AttachMode.Sandbox, SandboxKey: { } key } ? Sandbox.TryReadBaseline(key) : null;
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
                Sandbox.SetUpAgain(record.SandboxKey!, record.InterfaceName, around);
        }
    }

    // A reboot removes links, rules and chains, and no reservations: plugins must find the namespace empty, or they look for the rules of a
    // stand-in.
    private LinkOrigin ReturnLink(AttachmentRecord record, LinkSnapshot? snapshot) => record switch
    {
        _ when record.BootId != BootId.Current() =>
            staging.Return(record.ContainerId, record.InterfaceName, record.HostInterfaceName, sandboxPath: null, snapshot: null),
        { Attach: AttachMode.Sandbox, SandboxKey: { } sandboxKey } =>
            staging.ReturnUnlessInPlace(record.ContainerId, record.InterfaceName, record.HostInterfaceName, sandboxKey, snapshot),
        _ => staging.Return(record.ContainerId, record.InterfaceName, record.HostInterfaceName, record.SandboxKey, snapshot),
    };
}
