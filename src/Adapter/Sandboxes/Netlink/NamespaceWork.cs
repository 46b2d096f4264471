using System.Diagnostics.Metrics;

namespace Bridge.Adapter.Sandboxes.Netlink;

/// <summary>
/// Counts what an attachment costs in the kernel. Nothing listens in the program itself, and then counting costs nothing; tests assert that
/// the numbers do not grow.
/// </summary>
internal static class NamespaceWork
{
    public const string MeterName = "cnm-cni.namespaces";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>How often a thread went into a namespace and came back.</summary>
    public static readonly Counter<int> Visits = Meter.CreateCounter<int>("visits");

    /// <summary>Netlink requests, dumps included.</summary>
    public static readonly Counter<int> Requests = Meter.CreateCounter<int>("requests");

    /// <summary>Links that changed their namespace, during each of which the kernel waits for RCU.</summary>
    public static readonly Counter<int> Moves = Meter.CreateCounter<int>("moves");
}
