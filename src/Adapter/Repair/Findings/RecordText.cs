using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Repair.Findings;

/// <summary>Names of records in findings, and a remedy.</summary>
internal static class RecordText
{
    /// <summary>Begins a sentence: <c>container web (endpoint 5f2b7c3c7a0e) on CNI network pods, 10.88.0.2</c>.</summary>
    public static string Text(this PluginRecord record)
    {
        var name = record switch
        {
            AttachmentRecord { ContainerName: { } container } => $"container {container} (endpoint {DockerId.Short(record.Id)})",
            AttachmentRecord => $"endpoint {DockerId.Short(record.Id)}",
            _ => $"reservation {DockerId.Short(record.Id)}",
        };
        return $"{name} on CNI network {record.CniNetwork}{string.Concat(record.KnownAddresses.Select(address => $", {address.Address}"))}";
    }

    /// <summary>The command that gives a container a new attachment.</summary>
    public static string Restart(string? containerName) =>
        containerName is null ? "Restart the container (docker restart)." : $"Restart the container: docker restart {containerName}.";
}
