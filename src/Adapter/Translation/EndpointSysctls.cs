using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Translation;

/// <summary>
/// Docker's endpoint option for sysctls: <c>net.ipv4.conf.IFNAME.rp_filter=2,net.ipv6.conf.IFNAME.accept_ra=0</c>. Engines before 27 pass
/// it on without a look, so it is checked here, and set by us when the interface has arrived.
/// </summary>
internal static class EndpointSysctls
{
    public const string Option = "com.docker.network.endpoint.sysctls";

    private const string Root = "net.";
    private const string Placeholder = "IFNAME";

    /// <summary>
    /// The docker command line splits what follows <c>--driver-opt</c> at commas, and what would be the second sysctl becomes an option of
    /// its own.
    /// </summary>
    /// <exception cref="CnmException">There is such an option.</exception>
    public static void RequireUnsplit(IEnumerable<string> options)
    {
        if (options.FirstOrDefault(option => option.StartsWith(Root, StringComparison.Ordinal)) is { } split)
        {
            throw new CnmException(
                $"endpoint option {split} is not known to driver cni. Several sysctls are one option, quoted for the docker command line: " +
                $"--driver-opt '\"{Option}=net.ipv4.conf.{Placeholder}.rp_filter=2,net.ipv4.conf.{Placeholder}.log_martians=1\"' (double quotes within single quotes).");
        }
    }

    /// <exception cref="CnmException">Something else than a sysctl of the endpoint's own interface.</exception>
    public static IReadOnlyList<InterfaceSysctl> Parse(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static InterfaceSysctl ParseOne(string setting)
    {
        var (key, value) = setting.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (setting, "");
        return value.Length > 0 && !value.Any(char.IsControl)
            && key.Split('.') is ["net", "ipv4" or "ipv6" or "mpls", "conf" or "neigh", var placeholder, var name] parts
            && string.Equals(placeholder, Placeholder, StringComparison.OrdinalIgnoreCase)
            && name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
                ? new InterfaceSysctl(parts[1], parts[2], name, value)
                : throw new CnmException(
                    $"endpoint option {Option}: \"{setting}\" is not a setting of the endpoint's own interface, " +
                    $"as in net.ipv4.conf.{Placeholder}.rp_filter=2 " +
                    $"(net., ipv4, ipv6 or mpls, conf or neigh, the word {Placeholder}, a name). For others use docker run --sysctl.");
    }
}
