using System.Text.RegularExpressions;
using Bridge.Adapter.Faults;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The settings that the kernel keeps for each link, in one namespace. A link that comes into a namespace starts with that namespace's
/// defaults; so what somebody chose for it is what differs from them.
/// </summary>
internal sealed partial class LinkSysctls(NetworkNamespace network)
{
    private const string Root = "/proc/sys/net";
    private const string MtuKey = "mtu";
    private const string SecretKey = "stable_secret";
    private const string IPv6SwitchKey = $"ipv6/conf/{LinkSysctl.IfName}/disable_ipv6";

    // Each with an entry that shows what a link starts with. The defaults of neighbours show in the initial namespace only, but a loopback
    // has them as well.
    private static readonly (string Directory, string Untouched)[] Groups =
    [
        ("ipv4/conf", "default"), ("ipv6/conf", "default"), ("ipv4/neigh", "lo"), ("ipv6/neigh", "lo"), ("mpls/conf", "lo"),
    ];

    /// <summary>What the link has that it did not start with.</summary>
    public IReadOnlyList<LinkSysctl> Chosen(LinkInfo link) =>
        network.Run(() => Groups.SelectMany(group => Chosen(group.Directory, group.Untouched, link)).ToList());

    /// <summary>Whether the link may have no IPv6 address; also where the kernel has no IPv6.</summary>
    public bool IsIPv6Off(string ifname) => network.Run(() => LibC.TryReadText(IPv6Switch(ifname)))?.Trim() is not "0";

    /// <summary>Takes IPv6 from the link.</summary>
    public void SwitchIPv6Off(string ifname) => Set(ifname, [new LinkSysctl(IPv6SwitchKey, "1")]);

    /// <summary>Gives the link the settings that it does not have already; a failure does not keep it from the others.</summary>
    /// <exception cref="IOException">The first failure: the kernel knows no such setting, or refuses the value.</exception>
    public void Set(string ifname, IEnumerable<LinkSysctl> sysctls)
    {
        // Addresses can be formed from the secret only when there is one.
        List<LinkSysctl> wanted = [.. sysctls.OrderBy(sysctl => !sysctl.Key.EndsWith(SecretKey, StringComparison.Ordinal))];
        if (wanted.Count > 0 && network.Run(() => wanted.Select(sysctl => TrySet(ifname, sysctl)).ToList()).Find(failure => failure is not null) is { } first)
            throw first;
    }

    /// <summary>The setting that a user calls <c>net.ipv4.conf.IFNAME.key</c>.</summary>
    /// <exception cref="IOException">It is none of a link.</exception>
    public static LinkSysctl Parse(string key, string value) => UserKey().Match(key) is { Success: true } match
        ? new LinkSysctl($"{match.Groups["directory"].Value.Replace('.', '/')}/{LinkSysctl.IfName}/{match.Groups["name"].Value}", value)
        : throw new IOException(
            $"could not set sysctl {key}: it is not one of an interface. Write it as net.ipv4.conf.{LinkSysctl.IfName}.KEY " +
            $"(or net.ipv6, or neigh for conf), with {LinkSysctl.IfName} in the place of the interface's name.");

    private static IEnumerable<LinkSysctl> Chosen(string directory, string untouched, LinkInfo link)
    {
        var own = $"{Root}/{directory}/{link.Name}";
        if (!Directory.Exists(own))
            yield break; // The kernel runs without that protocol.

        foreach (var key in Directory.EnumerateFiles(own).Select(path => Path.GetFileName(path)))
        {
            // A secret that nobody chose cannot be read. The MTU of IPv6 follows the link's, whatever else is written, with each of its events.
            if (key != MtuKey
                && LibC.TryReadText($"{own}/{key}") is { } value
                && value != LibC.TryReadText($"{Root}/{directory}/{untouched}/{key}"))
            {
                yield return new LinkSysctl($"{directory}/{LinkSysctl.IfName}/{key}", value);
            }
        }
    }

    private static string IPv6Switch(string ifname) => $"{Root}/{IPv6SwitchKey.Replace(LinkSysctl.IfName, ifname, StringComparison.Ordinal)}";

    private IOException? TrySet(string ifname, LinkSysctl sysctl)
    {
        var path = $"{Root}/{sysctl.Key.Replace(LinkSysctl.IfName, ifname, StringComparison.Ordinal)}";
        try
        {
            if (LibC.TryReadText(path) != sysctl.Value)
            {
                FaultPoint.Pass(FaultKind.Sysctl, path);
                LibC.WriteText(path, sysctl.Value);
            }

            return null;
        }
        catch (KernelException refused)
        {
            var reason = refused.Errno switch
            {
                Errno.ENOENT => $"the kernel has no such setting; {Path.GetDirectoryName(path)} lists those it has",
                Errno.EINVAL or Errno.ERANGE => "the kernel refuses that value",
                _ => refused.Message,
            };
            return new IOException($"could not set {path[Root.Length..].TrimStart('/')} to \"{sysctl.Value}\" in {network}: {reason}.", refused);
        }
    }

    [GeneratedRegex(
        @"^net\.(?<directory>ipv4\.conf|ipv6\.conf|ipv4\.neigh|ipv6\.neigh|mpls\.conf)\.(?i:IFNAME)\.(?<name>[a-z0-9_]+)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex UserKey();
}
