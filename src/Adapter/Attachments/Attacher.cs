using System.Net.NetworkInformation;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Attachments;

/// <summary>Makes an attachment in a staging namespace. What it cannot finish it undoes; what it cannot undo stays recorded and is retried.</summary>
internal sealed class Attacher(Journal journal, StagingSandboxes staging, CniAttachment cni, CniRuntime runtime, Detacher detacher)
{
    /// <summary>
    /// (1) The intent is written. (2) A staging namespace is made. (3) The chain runs. (4) What it left is read from the kernel.
    /// (5) Wishes that no plugin honoured are made true, or the attachment is refused. (6) The outcome is written.
    /// </summary>
    /// <exception cref="CniException">A plugin said no.</exception>
    /// <exception cref="CnmException">The chain's outcome is not what was asked for.</exception>
    public async Task<AttachmentRecord> AttachAsync(AttachmentRecord intent, EndpointWishes wishes)
    {
        // From here on nobody's hanging up stops us: an ADD given up halfway would leave more behind than one that is finished and undone.
        journal.Attachments.Write(intent); // (1)
        try
        {
            staging.Create(intent.EndpointId); // (2)
            // Kept after every plugin: some undo their work only by the result that the one before them left, also when we end between the two.
            var result = await runtime.AddAsync(
                CniAttachment.Parts(intent).Attaching, cni.Of(intent), previousResult: null, sofar => journal.Attachments.Write(WithResult(intent, sofar)), CancellationToken.None); // (3)
            var record = Capture(WithResult(intent, result), wishes); // (4) (5)
            RequireAddresses(record, wishes);
            journal.Attachments.Write(record with { Phase = AttachmentPhase.Added }); // (6)
            return journal.Attachments.Find(record.EndpointId)!;
        }
        catch (CniException failed) when (failed.Operation == CniOperation.Add && failed.CleanupFailure is null)
        {
            detacher.Forget(intent); // The runtime has run DEL of the list already.
            throw;
        }
        catch (Exception)
        {
            await detacher.TryDetachAsync(journal.Attachments.Find(intent.EndpointId)!, "its making failed");
            throw;
        }
    }

    private static AttachmentRecord WithResult(AttachmentRecord record, CniResult result) => record with { Result = CniAttachment.ToElement(result.Json) };

    private AttachmentRecord Capture(AttachmentRecord record, EndpointWishes wishes)
    {
        var snapshot = staging.Capture(record.EndpointId, record.InterfaceName);
        if (wishes.Mac is { } mac && snapshot.Mac != EndpointWishes.MacText(mac))
        {
            staging.SetMac(record.EndpointId, record.InterfaceName, mac);
            snapshot = staging.Capture(record.EndpointId, record.InterfaceName);
            record = record with { Result = WithMac(record, mac) };
        }

        return record with { Snapshot = snapshot };
    }

    private static System.Text.Json.JsonElement WithMac(AttachmentRecord record, PhysicalAddress mac)
    {
        var json = CniAttachment.Result(record)!.Json;
        foreach (var link in json["interfaces"]?.AsArray().OfType<System.Text.Json.Nodes.JsonObject>() ?? [])
        {
            if ((string?)link["name"] == record.InterfaceName && !string.IsNullOrEmpty((string?)link["sandbox"]))
            {
                link["mac"] = EndpointWishes.MacText(mac);
            }
        }

        return CniAttachment.ToElement(json);
    }

    private static void RequireAddresses(AttachmentRecord record, EndpointWishes wishes)
    {
        foreach (var wanted in wishes.Addresses.Select(address => address.Split('/')[0]))
        {
            if (!record.Snapshot!.Addresses.Any(address => address.Address == wanted))
            {
                throw new CnmException(
                    $"CNI network \"{record.CniNetwork}\" did not give the address {wanted} that Docker chose, but {string.Join(", ", record.Snapshot.Addresses.Select(address => address.Address))}: " +
                    "its IPAM plugin takes no wishes. Use --ipam-driver null.");
            }
        }
    }
}
