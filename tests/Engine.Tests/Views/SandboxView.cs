using System.Text.RegularExpressions;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Views;

/// <summary>What the kernel says of a whole container.</summary>
/// <param name="Interfaces">Name → address, for all but the loopback; an IPv4 address where there is one.</param>
/// <param name="Gateways">Of the default routes: IPv4 first.</param>
public sealed partial record SandboxView(IReadOnlyDictionary<string, string> Interfaces, IReadOnlyList<string> Gateways)
{
    private const string Script =
        "ls /sys/class/net; ip -o addr show scope global; ip -4 route show table main; ip -6 route show table main";

    public static async Task<SandboxView> OfAsync(TestHost host, string container, CancellationToken cancellationToken)
    {
        var lines = (await host.DockerAsync(["exec", container, "sh", "-c", Script], cancellationToken)).EnsureSuccess().Output.Split('\n');
        var addresses =
            lines.Select(line => Address().Match(line)).Where(match => match.Success).ToLookup(
                match => match.Groups[1].Value, match => match.Groups[2].Value);
        var links = lines.TakeWhile(line => Link().IsMatch(line)).Where(link => link is not "lo");
        return new SandboxView(
            links.ToDictionary(link => link, link => addresses[link].FirstOrDefault() ?? ""),
            [.. lines.Select(line => DefaultRoute().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)]);
    }

    [GeneratedRegex("^[a-z0-9_]+$")]
    private static partial Regex Link();

    [GeneratedRegex("^[0-9]+: ([a-z0-9_]+)(?:@[^ ]+)? +inet6? ([0-9a-f.:]+)/")]
    private static partial Regex Address();

    [GeneratedRegex("^default via ([0-9a-f.:]+)")]
    private static partial Regex DefaultRoute();
}
