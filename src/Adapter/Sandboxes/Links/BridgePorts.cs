using CniInvoker;

namespace Bridge.Adapter.Sandboxes.Links;

/// <summary>How many links one bridge takes.</summary>
internal static class BridgePorts
{
    /// <summary>The ports' numbers have ten bits, and none is 0 (net/bridge/br_private.h BR_MAX_PORTS, br_if.c find_portno).</summary>
    public const int Most = 1023;

    // What the kernel answers beyond that (EXFULL), in the words of Go and of iproute2.
    private const string Refusal = "exchange full";

    /// <summary>A plugin could not connect its link because its bridge has <see cref="Most"/>.</summary>
    public static bool AreUsedUp(CniException failure) => failure.Msg.Contains(Refusal, StringComparison.OrdinalIgnoreCase)
        || (failure.Details ?? "").Contains(Refusal, StringComparison.OrdinalIgnoreCase);

    /// <summary>The bridges among the links, with the number of their ports.</summary>
    public static IEnumerable<(string Bridge, int Ports)> Count(IReadOnlyList<LinkInfo> links)
    {
        var ports = links.Where(link => link.Master is not null).CountBy(link => link.Master!.Value).ToDictionary();
        return links.Where(link => link.Kind == "bridge").Select(bridge => (bridge.Name, ports.GetValueOrDefault(bridge.Index)));
    }
}
