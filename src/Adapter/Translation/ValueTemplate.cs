using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The value of an option with placeholders for facts of the endpoint, as in <c>docker-{container.name}</c>. <c>{{</c> and <c>}}</c> stand
/// for the braces themselves.
/// </summary>
internal sealed class ValueTemplate
{
    public const string ContainerName = "container.name";
    public const string EndpointId = "endpoint.id";
    public const string EndpointShortId = "endpoint.short";
    public const string ContainerId = "cni.containerid";
    public const string NetworkId = "network.id";
    public const string CniNetwork = "cni.network";
    public const string HostName = "host.name";
    public const string Mac = "mac";
    public const string Ip = "ip";
    public const string Ip6 = "ip6";

    private static readonly string[] Names =
    [
        ContainerName, EndpointId, EndpointShortId, ContainerId, NetworkId, CniNetwork, HostName, Mac, Ip, Ip6,
    ];

    private readonly string _option;
    private readonly IReadOnlyList<Part> _parts;

    private ValueTemplate(string option, IReadOnlyList<Part> parts) => (_option, _parts) = (option, parts);

    /// <param name="option">The option's name, for error texts.</param>
    /// <param name="text">The template.</param>
    /// <exception cref="CnmException">An unpaired brace, or an unknown placeholder.</exception>
    public static ValueTemplate Parse(string option, string text)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is not ('{' or '}'))
            {
                literal.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == text[at])
            {
                literal.Append(text[at++]);
            }
            else
            {
                var end = text[at] == '{' ? text.IndexOf('}', at) : -1;
                parts.Add(new Part(literal.ToString(), RequireName(option, text, end < 0 ? null : text[(at + 1)..end])));
                literal.Clear();
                at = end;
            }
        }

        parts.Add(new Part(literal.ToString(), null));
        return new ValueTemplate(option, parts);
    }

    /// <summary>The names of its placeholders.</summary>
    public IEnumerable<string> NamesUsed => _parts.Select(part => part.Name).OfType<string>();

    /// <param name="known">Values by name.</param>
    /// <param name="hint">Ends the error text if a placeholder has no value.</param>
    /// <exception cref="CnmException">A placeholder has no value.</exception>
    public string Fill(IReadOnlyDictionary<string, string> known, string hint)
    {
        var filled = new StringBuilder();
        foreach (var (literal, name) in _parts)
        {
            filled.Append(literal);
            if (name is not null)
            {
                filled.Append(known.TryGetValue(name, out var value) ? value : throw new CnmException(
                    $"option {_option} contains {{{name}}}, which this endpoint does not have. {hint}"));
            }
        }

        return filled.ToString();
    }

    // Case-insensitive, because the docker command line may have lower-cased the name.
    private static string RequireName(string option, string text, string? name) =>
        Names.FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase)) ?? throw new CnmException(
            (name is null ? $"option {option}: \"{text}\" has an unpaired brace."
                : $"option {option}: {{{name}}} is an unknown placeholder.")
            + $" Known: {string.Join(", ", Names.Select(known => $"{{{known}}}"))}. Write {{{{ and }}}} for braces.");

    private sealed record Part(string Literal, string? Name);
}

/// <summary>Facts of an endpoint that are not part of a CreateEndpoint request.</summary>
/// <param name="EndpointId">Docker's id; that of the reservation before the endpoint exists.</param>
/// <param name="ContainerId">CNI_CONTAINERID: one for the reservation and the chain.</param>
/// <param name="NetworkId">Docker's id; null in the IPAM driver's requests, which do not contain it.</param>
/// <param name="HostName">The host's name.</param>
/// <param name="ContainerName">Known from Docker 29 on; null otherwise.</param>
internal sealed record EndpointFacts(
    string EndpointId, string ContainerId, string? NetworkId, string HostName, string? ContainerName)
{
    /// <summary>The values of the placeholders of a <see cref="ValueTemplate"/>, as far as they are known.</summary>
    /// <param name="cniNetwork">The CNI network.</param>
    /// <param name="mac">The chosen MAC; null without one.</param>
    /// <param name="addresses">The chosen addresses, without prefix lengths.</param>
    public Dictionary<string, string> Values(string cniNetwork, string? mac, IEnumerable<string> addresses)
    {
        var values = new Dictionary<string, string>
        {
            [ValueTemplate.ContainerName] = ContainerName ?? DockerId.Short(EndpointId),
            [ValueTemplate.EndpointId] = EndpointId,
            [ValueTemplate.EndpointShortId] = DockerId.Short(EndpointId),
            [ValueTemplate.ContainerId] = ContainerId,
            [ValueTemplate.CniNetwork] = cniNetwork,
            [ValueTemplate.HostName] = HostName,
        };
        if (NetworkId is not null)
            values[ValueTemplate.NetworkId] = NetworkId;

        if (mac is not null)
            values[ValueTemplate.Mac] = mac;

        foreach (var address in addresses)
            values[IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetworkV6
                ? ValueTemplate.Ip6
                : ValueTemplate.Ip] = address;

        return values;
    }
}
