namespace CniInvoker;

/// <summary>An interface that a plugin made or used.</summary>
/// <param name="Name">Its name in the namespace in which it is.</param>
/// <param name="Mac">Its hardware address, as the plugin wrote it.</param>
/// <param name="Sandbox">The path of the network namespace in which it is; null for the host's.</param>
/// <param name="Mtu">Its MTU in bytes (from 1.1.0).</param>
public sealed record CniInterface(string Name, string? Mac, string? Sandbox, long? Mtu)
{
    /// <summary>The path of the socket that stands for it, where it is no link of the kernel (from 1.1.0).</summary>
    public string? SocketPath { get; init; }

    /// <summary>The PCI address of its device (from 1.1.0).</summary>
    public string? PciId { get; init; }
}
