using System.Text.Json;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Attachments;

/// <summary>Records that tests share.</summary>
internal static class Records
{
    public static AttachmentRecord Joined(string endpointId) => new(endpointId, "57c2", "pods")
    {
        Phase = AttachmentPhase.Joined,
        BootId = "boot",
        Since = DateTimeOffset.UnixEpoch,
        InterfaceName = "eth0",
        HostInterfaceName = "cni" + endpointId,
        Configuration = JsonDocument.Parse("{}").RootElement.Clone(),
    };
}
