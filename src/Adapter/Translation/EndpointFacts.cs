using System.Net;
using System.Net.Sockets;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Translation;

/// <summary>What is known of an endpoint besides what Docker asks for in CreateEndpoint.</summary>
/// <param name="EndpointId">Docker's id; that of the reservation while there is no endpoint.</param>
/// <param name="NetworkId">Docker's id; null while Docker has not said which of its networks is meant.</param>
/// <param name="HostName">The host's name.</param>
/// <param name="ContainerName">Only newer engines tell it before the container runs.</param>
internal sealed record EndpointFacts(string EndpointId, string? NetworkId, string HostName, string? ContainerName)
{
    /// <summary>What the names of a <see cref="ValueTemplate"/> stand for, as far as it is known yet.</summary>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="mac">The MAC that was chosen; null when none was.</param>
    /// <param name="addresses">Those that were chosen, without their prefix lengths.</param>
    public Dictionary<string, string> Values(string cniNetwork, string? mac, IEnumerable<string> addresses)
    {
        var values = new Dictionary<string, string>
        {
            [ValueTemplate.ContainerName] = ContainerName ?? DockerId.Short(EndpointId),
            [ValueTemplate.EndpointId] = EndpointId,
            [ValueTemplate.EndpointShortId] = DockerId.Short(EndpointId),
            [ValueTemplate.CniNetwork] = cniNetwork,
            [ValueTemplate.HostName] = HostName,
        };
        if (NetworkId is not null)
            values[ValueTemplate.NetworkId] = NetworkId;

        if (mac is not null)
            values[ValueTemplate.Mac] = mac;

        foreach (var address in addresses)
            values[IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6 ? ValueTemplate.Ip6 : ValueTemplate.Ip] = address;

        return values;
    }
}
