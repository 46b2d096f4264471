using Bridge.TestHosts.Sockets;

namespace Bridge.TestHosts.Racks;

/// <summary>A container or pod of a node.</summary>
/// <param name="Node">Where it runs.</param>
/// <param name="Name">Of the container or pod there.</param>
/// <param name="Address">As its runtime tells it.</param>
/// <param name="Vantage">From inside.</param>
public sealed record Station(Node Node, string Name, string Address, Vantage Vantage)
{
    public Uri Url => new($"http://{Address}/");

    public override string ToString() => $"{Node} {Name}";
}
