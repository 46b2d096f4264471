namespace CniInvoker;

/// <summary>An interface that a plugin made or used.</summary>
/// <param name="Name">Its name in the namespace in which it is.</param>
/// <param name="Mac">Its hardware address, as the plugin wrote it.</param>
/// <param name="Sandbox">The path of the network namespace in which it is; null for the host's.</param>
/// <param name="Mtu">Its MTU in bytes (from 1.1.0).</param>
public sealed record CniInterface(string Name, string? Mac, string? Sandbox, int? Mtu);
