using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>What findings call things. All of them begin a sentence.</summary>
internal static class RecordText
{
    public static string Text(this AttachmentRecord record) =>
        $"{Name(record)} on CNI network {record.CniNetwork}{Addresses(record)}";

    public static string Text(this ReservationRecord record) =>
        $"reservation {DockerId.Short(record.ContainerId)} on CNI network {record.CniNetwork}{Listed(record.Addresses.Select(address => address.Ip))}";

    /// <summary>What to type so that a container gets a new attachment.</summary>
    public static string Restart(string? containerName) =>
        containerName is null ? "Restart the container (docker restart)." : $"Restart the container: docker restart {containerName}.";

    private static string Name(AttachmentRecord record) => record.ContainerName is { } name
        ? $"container {name} (endpoint {DockerId.Short(record.EndpointId)})"
        : $"endpoint {DockerId.Short(record.EndpointId)}";

    private static string Addresses(AttachmentRecord record) =>
        Listed(record.Snapshot is { } snapshot ? snapshot.Addresses.Where(address => !Translation.EndpointAnswer.IsLinkLocal(address)).Select(address => address.Address) : record.Reserved);

    private static string Listed(IEnumerable<string> addresses) => string.Join(", ", addresses) is { Length: > 0 } listed ? $", {listed}" : "";
}
