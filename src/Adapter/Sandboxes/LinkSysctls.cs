using System.Text.RegularExpressions;
using Bridge.Adapter.Faults;
using Bridge.Adapter.Sandboxes.Links;
using CniInvoker;

namespace Bridge.Adapter.Sandboxes;

/// <summary>
/// The sysctls of the links of one namespace. A link starts with the defaults of the namespace it enters, so the chosen values are those
/// that differ.
/// </summary>
internal sealed partial class LinkSysctls(NetworkNamespace network)
{
    private const string Root = "/proc/sys/net";
    private const string MtuKey = "mtu";
    private const string SecretKey = "stable_secret";

    // With the entry that shows the initial values. neigh/default exists only in the initial namespace, but lo has the same values.
    private static readonly (string Directory, string Initial)[] Groups =
    [
        ("ipv4/conf", "default"), ("ipv6/conf", "default"), ("ipv4/neigh", "lo"), ("ipv6/neigh", "lo"), ("mpls/conf", "lo"),
    ];

    /// <summary>The sysctls of the link that differ from its initial ones.</summary>
    public IReadOnlyList<LinkSysctl> Chosen(string ifname) => network.Run(() => ChosenHere(ifname));

    /// <summary>As <see cref="Chosen(string)"/>, of the namespace of the calling thread; empty when it has no such link.</summary>
    public static IReadOnlyList<LinkSysctl> ChosenHere(string ifname) =>
        [.. Groups.SelectMany(group => Chosen(group.Directory, group.Initial, ifname))];

    /// <summary>Whether IPv6 is disabled for the link, or missing in the kernel.</summary>
    public bool IsIPv6Off(string ifname) =>
        network.Run(() => LibC.TryReadText(PathOf(LinkSysctl.IPv6SwitchKey, ifname)))?.Trim() is not "0";

    public void SwitchIPv6Off(string ifname) => Set(ifname, [new LinkSysctl(LinkSysctl.IPv6SwitchKey, "1")]);

    /// <summary>Sets those of the sysctls that differ; a failure does not keep it from the others.</summary>
    /// <exception cref="IOException">The first failure: the kernel does not have the sysctl, or refuses the value.</exception>
    public void Set(string ifname, IEnumerable<LinkSysctl> sysctls)
    {
        // The secret first: addr_gen_mode 2 is refused without one (net/ipv6/addrconf.c check_stable_privacy).
        List<LinkSysctl> wanted = [.. sysctls.OrderBy(sysctl => !sysctl.Key.EndsWith(SecretKey, StringComparison.Ordinal))];
        if (wanted.Count == 0)
            return;

        if (network.Run(() => wanted.Select(sysctl => TrySet(ifname, sysctl)).ToList()).Find(failure => failure is not null) is { } first)
            throw first;
    }

    /// <summary>The sysctl of a key as <c>net.ipv4.conf.IFNAME.key</c>.</summary>
    /// <exception cref="IOException">The key is not one of an interface.</exception>
    public static LinkSysctl Parse(string key, string value) => UserKey().Match(key) is { Success: true } match
        ? new LinkSysctl($"{match.Groups["directory"].Value.Replace('.', '/')}/{LinkSysctl.IfName}/{match.Groups["name"].Value}", value)
        : throw new IOException(
            $"could not set sysctl {key}: it is not a sysctl of an interface. Write it as net.ipv4.conf.{LinkSysctl.IfName}.KEY " +
            $"(or net.ipv6, or neigh for conf), with {LinkSysctl.IfName} for the interface's name.");

    private static IEnumerable<LinkSysctl> Chosen(string directory, string initial, string ifname)
    {
        var own = $"{Root}/{directory}/{ifname}";
        if (!Directory.Exists(own))
            yield break; // A kernel without the protocol.

        foreach (var key in Directory.EnumerateFiles(own).Select(path => Path.GetFileName(path)))
        {
            // A secret that is not set cannot be read. The MTU of IPv6 follows the link's.
            if (key != MtuKey
                && LibC.TryReadText($"{own}/{key}") is { } value
                && value != LibC.TryReadText($"{Root}/{directory}/{initial}/{key}"))
            {
                yield return new LinkSysctl($"{directory}/{LinkSysctl.IfName}/{key}", value);
            }
        }
    }

    private static string PathOf(string key, string ifname) => $"{Root}/{key.Replace(LinkSysctl.IfName, ifname, StringComparison.Ordinal)}";

    private IOException? TrySet(string ifname, LinkSysctl sysctl)
    {
        var path = PathOf(sysctl.Key, ifname);
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
                Errno.ENOENT => $"the kernel has no such sysctl; see {Path.GetDirectoryName(path)}",
                Errno.EINVAL or Errno.ERANGE => "the kernel refuses that value",
                _ => refused.Message,
            };
            var setting = path[(Root.Length + 1)..];
            return new IOException($"could not set {setting} to \"{sysctl.Value}\" in {network}: {reason}.", refused);
        }
    }

    [GeneratedRegex(
        @"^net\.(?<directory>ipv4\.conf|ipv6\.conf|ipv4\.neigh|ipv6\.neigh|mpls\.conf)\.(?i:IFNAME)\.(?<name>[a-z0-9_]+)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex UserKey();
}
