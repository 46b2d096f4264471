using System.Text.Json.Serialization;

namespace Bridge.Adapter.State;

/// <summary>A sysctl of one interface of a container, whatever that interface is called in the end.</summary>
/// <param name="Family"><c>ipv4</c>, <c>ipv6</c> or <c>mpls</c>.</param>
/// <param name="Table"><c>conf</c> or <c>neigh</c>.</param>
/// <param name="Name">The last part of the key, for instance <c>rp_filter</c>.</param>
/// <param name="Value">One line.</param>
internal sealed record InterfaceSysctl(string Family, string Table, string Name, string Value)
{
    /// <summary>As a user writes it, with a word in place of the interface's name.</summary>
    [JsonIgnore]
    public KeyValuePair<string, string> Setting => new($"net.{Family}.{Table}.IFNAME.{Name}", Value);
}
