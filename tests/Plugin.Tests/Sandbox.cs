using System.Text;
using System.Text.Json.Nodes;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Sockets;
using CniInvoker;

namespace Bridge.Plugin.Tests;

/// <summary>
/// A network namespace of the host, and the commands for it: <c>cnm-cni cni VERB NETWORK /run/netns/NAME</c>.
/// </summary>
public sealed class Sandbox(TestHost host, string name, string network)
{
    /// <summary>The namespace's path on the host.</summary>
    public string Path => $"/run/netns/{name}";

    /// <summary>The view from inside.</summary>
    public Vantage Inside => host.FromNamespace(Path);

    public async Task MakeAsync(CancellationToken cancellationToken) =>
        (await host.RunAsync(["ip", "netns", "add", name], cancellationToken)).EnsureSuccess();

    /// <summary>Removes the namespace, if it is there.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(host.PathOf(Path)))
            (await host.RunAsync(["ip", "netns", "delete", name], cancellationToken)).EnsureSuccess();
    }

    /// <summary>ADD, which must succeed.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="capabilities">Capability arguments, a JSON object.</param>
    /// <param name="arguments">CNI_ARGS.</param>
    public async Task<CniResult> AddAsync(CancellationToken cancellationToken, string? capabilities = null, string? arguments = null)
    {
        var answer = (await TryAddAsync(cancellationToken, capabilities, arguments)).EnsureSuccess();
        return CniResult.Parse(Encoding.UTF8.GetBytes(answer.StandardOutput), defaultVersion: "");
    }

    /// <summary>ADD, which may fail.</summary>
    public Task<CommandResult> TryAddAsync(CancellationToken cancellationToken, string? capabilities = null, string? arguments = null) =>
        RunAsync("add", capabilities, arguments, cancellationToken);

    public Task<CommandResult> CheckAsync(CancellationToken cancellationToken) => RunAsync("check", null, null, cancellationToken);

    /// <summary>DEL, without ADD's arguments, which the record contains.</summary>
    public Task<CommandResult> DeleteAsync(CancellationToken cancellationToken) => RunAsync("del", null, null, cancellationToken);

    /// <summary>A command inside.</summary>
    /// <returns>Its output.</returns>
    public async Task<string> RunInShellAsync(string script, CancellationToken cancellationToken) =>
        (await host.RunAsync(["nsenter", $"--net={Path}", "sh", "-c", script], cancellationToken)).EnsureSuccess().Output;

    public async Task<IReadOnlyList<LinkView>> LinksAsync(CancellationToken cancellationToken) =>
        LinkView.ParseAll(await RunInShellAsync("ip -json -details address", cancellationToken));

    public async Task<LinkView> LinkAsync(string interfaceName, CancellationToken cancellationToken) =>
        (await LinksAsync(cancellationToken)).Should().ContainSingle(link => link.Name == interfaceName).Subject;

    /// <returns>The routes of the main table, as <c>DESTINATION via GATEWAY</c>, or without a gateway the destination alone.</returns>
    public async Task<IReadOnlyList<string>> RoutesAsync(CancellationToken cancellationToken)
    {
        var families = await RunInShellAsync("ip -4 -json route; ip -6 -json route", cancellationToken);
        return [.. families.Split('\n').SelectMany(family => JsonNode.Parse(family)!.AsArray()).Select(Route)];
    }

    /// <summary>
    /// The kernel shows the result of ADD: the interfaces in the namespace and on the host, every address, and every route.
    /// </summary>
    public async Task AssertHoldsAsync(CniResult result, CancellationToken cancellationToken)
    {
        var inside = await LinksAsync(cancellationToken);
        var outside =
            LinkView.ParseAll((await host.RunAsync(["ip", "-json", "-details", "address"], cancellationToken)).EnsureSuccess().Output);
        foreach (var answered in result.Interfaces)
        {
            answered.Sandbox.Should().Match(sandbox => sandbox == null || sandbox == Path);
            var link = (answered.Sandbox is null ? outside : inside).Should().ContainSingle(link => link.Name == answered.Name).Subject;
            link.Mac.Should().Be(answered.Mac);
            link.Mtu.Should().Be((int)(answered.Mtu ?? link.Mtu));
            link.Flags.Should().Contain("UP");
        }

        inside.Where(link => link.Name != "lo").SelectMany(link => link.Addresses)
            .Should().BeEquivalentTo(result.Ips.Select(ip => $"{ip.Address}/{ip.PrefixLength}"));
        result.Routes.Select(route => Route(route, result)).Except(await RoutesAsync(cancellationToken)).Should().BeEmpty();
    }

    private static string Route(CniRoute route, CniResult result)
    {
        var family = route.Destination.BaseAddress.AddressFamily;
        var gateway = route.Gateway ?? result.Ips.First(ip => ip.Address.AddressFamily == family).Gateway;
        var destination = route.Destination.PrefixLength == 0 ? "default" : route.Destination.ToString();
        return gateway is null ? destination : $"{destination} via {gateway}";
    }

    private static string Route(JsonNode? route) => (string)route!["dst"]! + (route["gateway"] is { } gateway ? $" via {gateway}" : "");

    private Task<CommandResult> RunAsync(string verb, string? capabilities, string? arguments, CancellationToken cancellationToken) =>
        host.RunAsync(
            ["env", $"CAP_ARGS={capabilities}", $"CNI_ARGS={arguments}", CnmCniBinary.Require(), "cni", verb, network, Path],
            cancellationToken);
}
