using System.Net;
using System.Net.Sockets;
using System.Text;
using Bridge.Adapter.Cnm;

namespace Bridge.Adapter.Translation;

/// <summary>
/// The value of an option, in which a name in braces stands for something known of the endpoint, as in <c>docker-{container.name}</c>.
/// <c>{{</c> and <c>}}</c> are the braces themselves.
/// </summary>
internal sealed class ValueTemplate
{
    public const string ContainerName = "container.name";
    public const string EndpointId = "endpoint.id";
    public const string EndpointShortId = "endpoint.short";
    public const string NetworkId = "network.id";
    public const string CniNetwork = "cni.network";
    public const string HostName = "host.name";
    public const string Mac = "mac";
    public const string Ip = "ip";
    public const string Ip6 = "ip6";

    private static readonly string[] Names = [ContainerName, EndpointId, EndpointShortId, NetworkId, CniNetwork, HostName, Mac, Ip, Ip6];

    private readonly string _option;
    private readonly IReadOnlyList<Part> _parts;

    private ValueTemplate(string option, IReadOnlyList<Part> parts) => (_option, _parts) = (option, parts);

    /// <param name="option">Where the text comes from, for messages.</param>
    /// <param name="text">What was written.</param>
    /// <exception cref="CnmException">A brace without its partner, or a name that stands for nothing.</exception>
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

    /// <summary>The names that stand in it.</summary>
    public IEnumerable<string> NamesUsed => _parts.Select(part => part.Name).OfType<string>();

    /// <param name="known">Values by name.</param>
    /// <param name="otherwise">A sentence for the case that a name has no value here.</param>
    /// <exception cref="CnmException">A name has no value here.</exception>
    public string Fill(IReadOnlyDictionary<string, string> known, string otherwise)
    {
        var filled = new StringBuilder();
        foreach (var (literal, name) in _parts)
        {
            filled.Append(literal);
            if (name is not null)
            {
                filled.Append(known.TryGetValue(name, out var value) ? value : throw new CnmException(
                    $"option {_option} holds {{{name}}}, which this endpoint does not have. {otherwise}"));
            }
        }

        return filled.ToString();
    }

    // Names are compared without case for the sake of those who shout; the command line may have lower-cased them anyway.
    private static string RequireName(string option, string text, string? name) =>
        Names.FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase)) ?? throw new CnmException(
            (name is null ? $"option {option}: \"{text}\" has a brace without its partner." : $"option {option}: {{{name}}} stands for nothing.")
            + $" Known: {string.Join(", ", Names.Select(known => $"{{{known}}}"))}. Braces themselves are written {{{{ and }}}}.");

    private sealed record Part(string Literal, string? Name);
}

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
