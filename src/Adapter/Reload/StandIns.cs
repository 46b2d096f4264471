using System.Net.NetworkInformation;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Reload;

/// <summary>
/// Lets the main plugin make its part of the host again, without an interface for the container, which has one: ADD with a stand-in in a
/// namespace of its own. What remains of a stand-in when cnm-cni is killed is that namespace, which repair removes, and the device of
/// <see cref="Sweep"/>.
/// </summary>
internal sealed class StandIns(
    StagingSandboxes staging, AttachmentGates gates, CniRuntime runtime, NetworkNamespace host, AdapterSettings settings)
{
    private const int LongestName = 15;
    private const int IdDigits = 12;

    // One stand-in at a time, so one name for each daemon.
    private string OwnBridge => ("cnmr" + Convert.ToHexStringLower(NameHash.Sha512(settings.StateDirectory)))[..LongestName];

    /// <summary>Removes the bridge device of a stand-in of the previous process.</summary>
    public void Sweep()
    {
        using var netlink = host.OpenNetlink();
        netlink.RemoveLink(OwnBridge);
    }

    /// <summary>
    /// Makes the bridge device, its addresses, and forwarding, where they are missing: ADD and DEL under a container id of its own. A
    /// bridge that is new gets the MAC that the container's result has, which the containers remember as that of their gateway.
    /// </summary>
    /// <exception cref="CniException">The plugin failed.</exception>
    /// <exception cref="IOException">The kernel refused.</exception>
    public Task MakeBridgeAsync(AttachmentRecord record, HostPlugin plugin) => WithNamespaceAsync(async id =>
    {
        var result = CniRecord.Result(record)!;
        var isNew = FindBridge(plugin) is null;
        var network = plugin.ForBridge(result);
        var attachment = new Attachment(id, staging.PathOf(id), InterfaceNames.Sandbox);
        var made = await runtime.AddAsync(network, attachment, previousResult: null, CancellationToken.None);
        await runtime.DeleteAsync(network, attachment, made, CancellationToken.None);
        if (isNew && plugin.HasGateway)
            SetMac(plugin, result);
    });

    /// <summary>Makes the rules that masquerade the container's addresses: ADD under the container's own id, with its addresses.</summary>
    /// <exception cref="CniException">The plugin failed.</exception>
    /// <exception cref="IOException">The kernel refused.</exception>
    public Task MakeMasqueradeAsync(AttachmentRecord record, HostPlugin plugin) => WithNamespaceAsync(async id =>
    {
        Sweep();
        try
        {
            var network = plugin.ForMasquerade(OwnBridge, CniRecord.Result(record)!);
            var attachment = new Attachment(record.ContainerId, staging.PathOf(id), record.InterfaceName);
            await runtime.AddAsync(network, attachment, previousResult: null, CancellationToken.None);
        }
        finally
        {
            // No DEL: the rules stay, and belong to the container from now on.
            using (var sandbox = Sandbox.TryOpen(staging.PathOf(id)))
                sandbox?.Netlink.RemoveLink(record.InterfaceName);

            Sweep();
        }
    });

    private async Task WithNamespaceAsync(Func<string, Task> body)
    {
        var id = $"reload-{Guid.NewGuid().ToString("N")[..IdDigits]}";
        using var gate = await gates.EnterAsync(id, CancellationToken.None);
        try
        {
            staging.Create(id);
            await body(id);
        }
        finally
        {
            staging.Remove(id);
        }
    }

    private LinkInfo? FindBridge(HostPlugin plugin)
    {
        using var netlink = host.OpenNetlink();
        return netlink.FindLink(plugin.BridgeName);
    }

    private void SetMac(HostPlugin plugin, CniResult result)
    {
        using var netlink = host.OpenNetlink();
        if (netlink.FindLink(plugin.BridgeName) is { } bridge
            && result.Interfaces.FirstOrDefault(one => one.Name == plugin.BridgeName && one.Sandbox is null)?.Mac is { Length: > 0 } mac
            && PhysicalAddress.TryParse(mac, out var recorded))
            netlink.SetMac(bridge.Index, recorded);
    }
}
