using System.Net.NetworkInformation;
using System.Text.Json;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>
/// Makes an attachment. What it cannot finish it undoes; what it cannot undo stays recorded and is retried. The caller holds the
/// endpoint's gate.
/// </summary>
internal sealed class Attacher(
    Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, Detacher detacher, AttachmentLeftovers leftovers, UniqueAddresses uniqueAddresses)
{
    /// <summary>
    /// In a staging namespace. (1) The intent is written. (2) The namespace is made. (3) The chain runs. (4) What it left is read from the kernel.
    /// (5) Wishes that no plugin honoured are made true, or the attachment is refused. (6) The outcome is written.
    /// </summary>
    /// <exception cref="CniException">A plugin said no.</exception>
    /// <exception cref="CnmException">The chain's outcome is not what was asked for.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the attachment any more.</exception>
    public Task<AttachmentRecord> AttachAsync(AttachmentRecord wanted, CancellationToken cancellationToken) =>
        UndoneOnFailureAsync(wanted with { Phase = AttachmentPhase.Adding }, MakeAsync, cancellationToken);

    /// <summary>
    /// Straight in the sandbox. (1) The intent is written. (2) The attachment's path names the sandbox. (3) The chain runs. (4) What it
    /// left is read from the kernel, and the default route is taken out: Docker, which is told of the gateway, chooses between those of a
    /// container's endpoints. (5) and (6) as above.
    /// </summary>
    /// <exception cref="CniException">A plugin said no.</exception>
    /// <exception cref="CnmException">The engine has no sandbox yet, or the chain's outcome is not what was asked for.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the attachment any more.</exception>
    /// <param name="wanted">What is wanted.</param>
    /// <param name="sandboxKey">The sandbox's path.</param>
    /// <param name="isIPv6Off">The user has switched it off in the sandbox.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    public Task<AttachmentRecord> AttachInSandboxAsync(AttachmentRecord wanted, string sandboxKey, bool isIPv6Off, CancellationToken cancellationToken)
    {
        if (!StagingSandboxes.IsThere(sandboxKey))
        {
            throw new CnmException(
                $"CNI network \"{wanted.CniNetwork}\" is to be attached in the container's own namespace (-o {NetworkOptions.AttachKey}=sandbox), and this engine makes that namespace too late. " +
                "Use Docker 28 or newer, or start the container on another network and connect this one then: docker network connect.");
        }

        var ifname = wanted.RequestedInterfaceName ?? StagingSandboxes.NextInterfaceName(sandboxKey, InterfaceNames.SandboxPrefix);
        var intent = wanted with
        {
            Phase = AttachmentPhase.Adding,
            SandboxKey = sandboxKey,
            SandboxExistedAtJoin = true,
            InterfaceName = ifname,
            SandboxInterfaceName = ifname,
        };
        return UndoneOnFailureAsync(intent, begun => MakeInSandboxAsync(begun, isIPv6Off), cancellationToken);
    }

    private async Task<AttachmentRecord> MakeAsync(AttachmentRecord intent)
    {
        staging.Create(intent.ContainerId); // (2)
        var record = Capture(await RunAsync(intent, () => staging.TryCapture(intent.ContainerId, intent.InterfaceName))); // (3) (4) (5)
        RequireNothingBeside(record);
        RequireAddresses(record);
        uniqueAddresses.Require(record);
        return record with { Phase = AttachmentPhase.Added }; // (6)
    }

    private async Task<AttachmentRecord> MakeInSandboxAsync(AttachmentRecord intent, bool isIPv6Off)
    {
        var (sandboxKey, ifname) = (intent.SandboxKey!, intent.InterfaceName);
        var before = StagingSandboxes.Survey(sandboxKey);
        staging.Name(intent.ContainerId, sandboxKey); // (2)
        var record = await RunAsync(intent, () => staging.TryCaptureInSandbox(sandboxKey, ifname, before)); // (3)
        record = record with { Snapshot = record.Snapshot ?? staging.CaptureInSandbox(sandboxKey, ifname, before) }; // (4)
        RequireAddresses(record);
        uniqueAddresses.Require(record);
        if (isIPv6Off)
        {
            StagingSandboxes.SwitchIPv6Off(sandboxKey);
            SandboxConflicts.RequireNoIPv6(record);
        }

        StagingSandboxes.ApplySysctls(sandboxKey, ifname, [.. record.Sysctls.Select(sysctl => sysctl.Setting)]);
        record = record with { Snapshot = StagingSandboxes.WithoutIPv6WhereOff(sandboxKey, ifname, record.Snapshot) };
        StagingSandboxes.YieldDefaultRoutes(sandboxKey, ifname, record.Snapshot, record.OwnDefaultRoutes());
        StagingSandboxes.Announce(sandboxKey, ifname);
        return record with { Phase = AttachmentPhase.Joined };
    }

    // From here on nobody's hanging up stops us: an ADD given up halfway would leave more behind than one that is finished and undone. An
    // attachment that is late is undone here too: Docker does not know it.
    private async Task<AttachmentRecord> UndoneOnFailureAsync(
        AttachmentRecord intent, Func<AttachmentRecord, Task<AttachmentRecord>> make, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            journal.Attachments.Write(intent); // (1)
            var made = await make(intent);
            cancellationToken.ThrowIfCancellationRequested();
            journal.Attachments.Write(made);
            return made;
        }
        catch (Exception failed)
        {
            if (await UndoneAsync(intent, failed) is { } told)
                throw told;

            throw;
        }
        finally
        {
            uniqueAddresses.Written(intent.EndpointId);
        }
    }

    private async Task<bool> IsUndoneAsync(string endpointId)
    {
        try
        {
            return journal.Attachments.Find(endpointId) is not { Result: not null } begun || (await leftovers.RulesAsync(begun, CancellationToken.None)).Count == 0;
        }
        catch (IOException)
        {
            return false; // It is not known: undone once more it is.
        }
    }

    // Null where nothing else is to be told; nothing was begun where not even the intent could be written.
    private async Task<Exception?> UndoneAsync(AttachmentRecord intent, Exception failed)
    {
        // The runtime has run DEL of the list after a failed ADD. Where a plugin had taken the link away by then, the others did not look for their rules.
        if (failed is CniException { Operation: CniOperation.Add, CleanupFailure: null } && await IsUndoneAsync(intent.EndpointId))
        {
            await detacher.ForgetUndoneAsync(intent);
            return null;
        }

        if (journal.Attachments.Find(intent.EndpointId) is not { } begun)
            return null;

        var left = await detacher.FailureToDetachAsync(begun, "its making failed");
        if (FailedCleanup.Combine(failed, left) is { } told)
            return told;

        detacher.TellLeft(begun, left); // Else the refusal tells it, in the log as well.
        return null;
    }

    // Kept after every plugin, also in case we end before the next: some undo their work only by the result that the one before them left, and
    // some by the addresses of a link that an undoing which fails has taken away.
    private async Task<AttachmentRecord> RunAsync(AttachmentRecord intent, Func<LinkSnapshot?> capture)
    {
        var attaching = cni.Parts(intent).Attaching;
        var made = intent;
        LinkSnapshot? last = null;
        var result = await runtime.AddAsync(attaching, cni.Of(intent), previousResult: null, Note, CancellationToken.None);
        return WithResult(made, result) with { Snapshot = last };

        // The link that an earlier plugin had made is remembered, also when a later one has taken it away: its rules are found by it.
        void Note(CniResult sofar)
        {
            last = capture();
            journal.Attachments.Write(made = WithResult(made, sofar) with { Snapshot = last ?? made.Snapshot });
        }
    }

    private static AttachmentRecord WithResult(AttachmentRecord record, CniResult result) => record with { Result = CniRecord.ToElement(result.Json) };

    private AttachmentRecord Capture(AttachmentRecord record)
    {
        var snapshot = record.Snapshot ?? staging.Capture(record.ContainerId, record.InterfaceName);
        if (record.Mac is { } mac && snapshot.Mac != mac)
        {
            staging.SetMac(record.ContainerId, record.InterfaceName, PhysicalAddress.Parse(mac));
            snapshot = staging.Capture(record.ContainerId, record.InterfaceName);
            record = record with { Result = WithMac(record, mac) };
        }

        return record with { Snapshot = snapshot };
    }

    private static JsonElement WithMac(AttachmentRecord record, string mac)
    {
        var json = CniRecord.Result(record)!.Json;
        foreach (var link in CniRecord.ContainerLinks(json, record.InterfaceName))
            link["mac"] = mac;

        return CniRecord.ToElement(json);
    }

    private void RequireAddresses(AttachmentRecord record)
    {
        foreach (var wanted in record.Addresses.Select(address => address.Split('/')[0]))
        {
            if (!record.Snapshot!.Addresses.Any(address => address.Address == wanted))
            {
                if (wanted.Contains(':'))
                    SandboxConflicts.RequireIPv6On(record, wanted, staging.IsIPv6OffFor(record.ContainerId, record.InterfaceName));

                throw new CnmException(
                    $"CNI network \"{record.CniNetwork}\" did not give the address {wanted} that Docker chose, " +
                    $"but {string.Join(", ", record.Snapshot.Addresses.Select(address => address.Address))}: " +
                    "its IPAM plugin takes no wishes. Use --ipam-driver null.");
            }
        }
    }

    // Rules that lead a container's traffic through a mesh, or a second interface, would be lost without a word.
    private void RequireNothingBeside(AttachmentRecord record)
    {
        if (staging.BesideLink(record.ContainerId, record.InterfaceName) is { Count: > 0 } beside)
        {
            var others = CniRecord.Configuration(record).Plugins.Count > 1 ? " Or name the plugin that does it in the setting sandboxPlugins, unless it is the one that makes the interface." : "";
            throw new CnmException(
                $"CNI network \"{record.CniNetwork}\" makes more in the container than its interface: {string.Join(", ", beside)}. Only the interface can be carried into a container of Docker's. " +
                $"Create the Docker network with -o {NetworkOptions.AttachKey}=sandbox, so that its plugins run in the container itself (Docker 28 and newer, or docker network connect).{others}");
        }
    }
}
