using System.Net.NetworkInformation;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Makes an attachment. After a failure it cleans up; a failed clean-up stays recorded, and cnm-cni retries it. The caller holds the
/// endpoint's gate.
/// </summary>
internal sealed class Attacher(
    Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, Detacher detacher, AttachmentLeftovers leftovers,
    UniqueAddresses uniqueAddresses)
{
    /// <summary>
    /// Attaches in a staging namespace. (1) The intent is written. (2) The namespace is created. (3) The chain runs. (4) The link is read
    /// from the kernel. (5) Requests that no plugin fulfilled are fulfilled here, or the attachment is refused. (6) The outcome is written.
    /// </summary>
    /// <exception cref="CniException">A plugin failed.</exception>
    /// <exception cref="CnmException">The chain's outcome is not what was requested.</exception>
    /// <exception cref="OperationCanceledException">Docker no longer waits for the attachment.</exception>
    public Task<AttachmentRecord> AttachAsync(AttachmentRecord requested, CancellationToken cancellationToken) =>
        CleanedUpOnFailureAsync(requested, MakeAsync, AttachmentPhase.Added, cancellationToken);

    /// <summary>
    /// Attaches directly in the sandbox. (1) The intent is written. (2) The attachment's path names the sandbox. (3) The chain runs. (4)
    /// The link is read from the kernel, and its default routes are removed: Docker gets the gateway, and chooses among the gateways of a
    /// container's endpoints. (5) and (6) as above.
    /// </summary>
    /// <exception cref="CniException">A plugin failed.</exception>
    /// <exception cref="CnmException">The chain's outcome is not what was requested.</exception>
    /// <exception cref="OperationCanceledException">Docker no longer waits for the attachment.</exception>
    /// <param name="requested">The attachment.</param>
    /// <param name="sandboxKey">The sandbox's path.</param>
    /// <param name="isIPv6Off">The user has switched IPv6 off in the sandbox.</param>
    /// <param name="cancellationToken">Docker no longer waits.</param>
    public Task<AttachmentRecord> AttachInSandboxAsync(
        AttachmentRecord requested, string sandboxKey, bool isIPv6Off, CancellationToken cancellationToken)
    {
        var ifname = requested.RequestedInterfaceName ?? Sandbox.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix);
        var intent = requested with
        {
            SandboxKey = sandboxKey,
            SandboxExistedAtJoin = true,
            InterfaceName = ifname,
            SandboxInterfaceName = ifname,
        };
        return CleanedUpOnFailureAsync(intent, begun => MakeInSandboxAsync(begun, isIPv6Off), AttachmentPhase.Joined, cancellationToken);
    }

    private async Task<AttachmentRecord> MakeAsync(AttachmentRecord intent)
    {
        staging.Create(intent.ContainerId); // (2)
        LinkSnapshot? BetweenPlugins() => staging.TryCapture(intent.ContainerId, intent.InterfaceName);
        var removesLink = MainPlugin.HasUnknownHelpers(CniRecord.Configuration(intent));
        var record = await RunAsync(intent, removesLink ? BetweenPlugins : () => null); // (3)
        var made = staging.Read(record.ContainerId, record.InterfaceName); // (4)
        record = WithRequestedMac(
            record with { Snapshot = made.Link }, () => staging.Read(record.ContainerId, record.InterfaceName).Link); // (5)
        RequireOnlyLink(record, made.Beside);
        RequireAddresses(record);
        uniqueAddresses.Require(record);
        return record;
    }

    private async Task<AttachmentRecord> MakeInSandboxAsync(AttachmentRecord intent, bool isIPv6Off)
    {
        var (sandboxKey, ifname) = (intent.SandboxKey!, intent.InterfaceName);
        var before = Sandbox.ReadBaseline(sandboxKey);
        staging.MountSandbox(intent.ContainerId, sandboxKey); // (2)
        var record = await RunAsync(intent, () => staging.TryCaptureInSandbox(sandboxKey, ifname, before)); // (3)
        LinkSnapshot Capture() => staging.CaptureInSandbox(sandboxKey, ifname, before);
        record = WithRequestedMac(record with { Snapshot = record.Snapshot ?? Capture() }, Capture); // (4)
        RequireAddresses(record);
        uniqueAddresses.Require(record);
        if (isIPv6Off)
        {
            Sandbox.SwitchIPv6Off(sandboxKey);
            SandboxConflicts.RequireNoIPv6(record);
        }

        Sandbox.ApplySysctls(sandboxKey, ifname, [.. record.Sysctls.Select(sysctl => sysctl.Setting)]);
        OwnDefaultRoutes Own(LinkSnapshot snapshot) => (record with { Snapshot = snapshot }).OwnDefaultRoutes();
        return record with { Snapshot = Sandbox.Finish(sandboxKey, ifname, record.Snapshot!, Own) };
    }

    // Ignores cancellation from the first write on: an interrupted ADD would leave more behind than one that finishes and is cleaned up. An
    // attachment that is late is cleaned up too, because Docker does not know it.
    private async Task<AttachmentRecord> CleanedUpOnFailureAsync(
        AttachmentRecord intent, Func<AttachmentRecord, Task<AttachmentRecord>> make, AttachmentPhase outcome,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            intent = journal.Attachments.Enter(intent, AttachmentPhase.Adding); // (1)
            var made = await make(intent);
            cancellationToken.ThrowIfCancellationRequested();
            return journal.Attachments.Enter(made, outcome); // (6)
        }
        catch (Exception failed)
        {
            if (await CleanUpAsync(intent, failed) is { } error)
                throw error;

            throw;
        }
        finally
        {
            uniqueAddresses.Written(intent.EndpointId);
        }
    }

    private async Task<bool> IsCleanAsync(string endpointId)
    {
        try
        {
            return journal.Attachments.Find(endpointId) is not { Result: not null } begun
                || (await leftovers.RulesAsync(begun, CancellationToken.None)).Count == 0;
        }
        catch (IOException)
        {
            return false; // Unknown: another DEL makes sure.
        }
    }

    // Returns the error to throw instead of the failure; null to throw the failure itself. Without a written intent there is nothing to
    // clean up.
    private async Task<Exception?> CleanUpAsync(AttachmentRecord intent, Exception failed)
    {
        // CniRuntime has run DEL of the list after a failed ADD. If a plugin had removed the link before, the DEL of the others did not
        // find their rules.
        if (failed is CniException { Operation: CniOperation.Add, CleanupFailure: null } && await IsCleanAsync(intent.EndpointId))
        {
            await detacher.ForgetFailedAsync(intent);
            return null;
        }

        if (journal.Attachments.Find(intent.EndpointId) is not { } begun)
            return null;

        var left = await detacher.FailureToDetachAsync(begun, "its attachment failed");
        if (FailedCleanup.Combine(failed, left) is { } error)
            return error;

        detacher.LogFailure(begun, left); // Otherwise the error text reports it, in the log too.
        return null;
    }

    // Written after every plugin, in case cnm-cni ends before the next one: the DEL of some plugins needs the result of the plugin before
    // them, or the addresses of a link that a failed clean-up has removed.
    // Another process of cnm-cni still finds the link in the staging namespace, so it need not be read in between for its sake.
    private async Task<AttachmentRecord> RunAsync(AttachmentRecord intent, Func<LinkSnapshot?> capture)
    {
        var attaching = cni.Parts(intent).Attaching;
        var made = intent;
        LinkSnapshot? last = null;
        var result = await runtime.AddAsync(attaching, cni.Of(intent), previousResult: null, Note, CancellationToken.None);
        return WithResult(made, result) with { Snapshot = last };

        // The snapshot of an earlier plugin's link is kept if a later plugin has removed the link: its addresses lead to its rules.
        void Note(CniResult current)
        {
            last = capture();
            journal.Attachments.Write(made = WithResult(made, current) with { Snapshot = last ?? made.Snapshot });
        }
    }

    private static AttachmentRecord WithResult(AttachmentRecord record, CniResult result) =>
        record with { Result = CniRecord.ToElement(result.Json) };

    private AttachmentRecord WithRequestedMac(AttachmentRecord record, Func<LinkSnapshot> read)
    {
        if (record.Mac is not { } mac || record.Snapshot!.Mac == mac)
            return record;

        staging.SetMac(record.ContainerId, record.InterfaceName, PhysicalAddress.Parse(mac));
        return record with
        {
            Result = CniRecord.WithMac(record, mac),
            Snapshot = read(),
        };
    }

    private void RequireAddresses(AttachmentRecord record)
    {
        foreach (var requested in record.Addresses.Select(Cidr.BeforePrefix).Concat(record.Wanted))
        {
            if (!record.Snapshot!.Addresses.Any(address => address.Address == requested))
            {
                if (requested.Contains(':'))
                    SandboxConflicts.RequireIPv6On(record, requested, staging.IsIPv6OffFor(record.ContainerId, record.InterfaceName));

                var (who, remedy) = record.Wanted.Contains(requested)
                    ? ("was requested", "Omit cni.ip and cni.ip6.")
                    : ("Docker chose", "Use --ipam-driver null.");
                throw new CnmException(
                    $"CNI network \"{record.CniNetwork}\" did not assign the address {requested} that {who}, " +
                    $"but {string.Join(", ", record.Snapshot.Addresses.Select(address => address.Address))}: " +
                    $"its IPAM plugin cannot assign a requested address. {remedy}");
            }
        }
    }

    // Firewall rules that redirect a container's traffic, or a second interface, would be lost silently.
    private static void RequireOnlyLink(AttachmentRecord record, IReadOnlyList<string> others)
    {
        if (others.Count > 0)
        {
            var sandboxPlugins = CniRecord.Configuration(record).Plugins.Count > 1
                ? " Or name the plugin that does this in the setting sandboxPlugins, unless it makes the interface."
                : "";
            throw new CnmException(
                $"CNI network \"{record.CniNetwork}\" makes more in the container than its interface: {string.Join(", ", others)}. " +
                "Docker moves only the interface into a container. " +
                $"Create the Docker network with -o {NetworkOptions.AttachKey}=sandbox, so that its plugins run in the container itself " +
                $"(Docker 28 and newer, or docker network connect).{sandboxPlugins}");
        }
    }
}
