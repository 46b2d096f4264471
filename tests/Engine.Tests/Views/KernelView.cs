using System.Text.RegularExpressions;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Views;

/// <summary>What the kernel says of an interface inside a container.</summary>
public sealed partial record KernelView(string Address, int PrefixLength, string Mac, int Mtu, string Gateway, IReadOnlyList<string> Routes)
{
    public static async Task<KernelView> OfAsync(TestHost host, string container, string ifName, CancellationToken cancellationToken)
    {
        var script = $"ip -o -4 addr show {ifName}; cat /sys/class/net/{ifName}/address /sys/class/net/{ifName}/mtu; ip route";
        var lines = (await host.DockerAsync(["exec", container, "sh", "-c", script], cancellationToken)).EnsureSuccess().Output.Split('\n');
        var address = Address4().Match(lines[0]);
        return new KernelView(
            address.Groups[1].Value,
            int.Parse(address.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture),
            lines[1],
            int.Parse(lines[2], System.Globalization.CultureInfo.InvariantCulture),
            lines.Skip(3).Select(route => DefaultRoute().Match(route)).FirstOrDefault(match => match.Success)?.Groups[1].Value ?? "",
            [.. lines.Skip(3).Select(route => route.Trim())]);
    }

    [GeneratedRegex("inet ([0-9.]+)/([0-9]+)")]
    private static partial Regex Address4();

    [GeneratedRegex("^default via ([0-9.]+)")]
    private static partial Regex DefaultRoute();
}
