using System.Net.Sockets;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Options <c>cni.ip</c> and <c>cni.ip6</c> of an endpoint: what <c>--ip</c> and <c>--ip6</c> are, on networks with the null IPAM, where
/// Docker refuses those or drops them silently.
/// </summary>
internal static class WantedAddresses
{
    private const string Option = "cni.ip";
    private const string Option6 = "cni.ip6";

    public static IReadOnlyList<string> Options { get; } = [Option, Option6];

    /// <returns>The addresses, IPv4 first, with a prefix length where the user gave one.</returns>
    /// <param name="options">The options of the endpoint.</param>
    /// <param name="ipam">Of the Docker network.</param>
    /// <exception cref="CnmException">Not an address, or the network has another IPAM.</exception>
    public static string[] Read(IReadOnlyDictionary<string, string> options, IpamMode ipam)
    {
        string[] wanted = [.. Options.Where(options.ContainsKey).Select(option => Require(option, options[option]))];
        return wanted.Length == 0 || ipam == IpamMode.Null
            ? wanted
            : throw new CnmException(
                $"option {Options.First(options.ContainsKey)} is for networks with --ipam-driver null. Use --ip and --ip6 on this one.");
    }

    private static string Require(string option, string text)
    {
        var family = option == Option ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var whole = option == Option ? "/32" : "/128";
        return Cidr.TryParse(text.Contains('/') ? text : text + whole, out var cidr) && cidr.Family == family
            && (option == Option6 || $"{cidr.Address}" == Cidr.BeforePrefix(text)) // .NET takes 10.88.5 for an address.
                ? text
                : throw new CnmException(
                    $"option {option}={text} is not an {(option == Option ? "IPv4" : "IPv6")} address, as in " +
                    $"{(option == Option ? "10.88.0.9" : "fd00:88::9")} or, for IPAM plugins that need it, with its prefix length.");
    }
}
