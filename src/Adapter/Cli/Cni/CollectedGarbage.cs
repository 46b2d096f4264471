using System.Text.Json.Serialization;
using CniInvoker;

namespace Bridge.Adapter.Cli.Cni;

/// <summary>What <c>gc</c> prints.</summary>
/// <param name="Deleted">The attachments that were remembered and are gone now.</param>
internal sealed record CollectedGarbage(IReadOnlyList<DeletedAttachment> Deleted)
{
    public static CollectedGarbage Of(IEnumerable<AttachmentId> deleted) =>
        new([.. deleted.Select(id => new DeletedAttachment(id.NetworkName, id.ContainerId, id.InterfaceName))]);
}

/// <summary>In the words of SPEC's <c>cni.dev/valid-attachments</c>.</summary>
internal sealed record DeletedAttachment(string NetworkName, [property: JsonPropertyName("containerID")] string ContainerId, string Ifname);
