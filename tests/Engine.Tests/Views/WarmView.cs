using System.Text.Json.Nodes;
using Bridge.TestHosts;

namespace Bridge.Engine.Tests.Views;

/// <summary>The warm attachments of all networks, as <c>cnm-cni status --json</c> lists them.</summary>
public sealed record WarmView(IReadOnlyList<WarmView.Attachment> Attachments)
{
    public static async Task<WarmView> OfAsync(TestHost host, CancellationToken cancellationToken)
    {
        var status = JsonNode.Parse((await host.BridgeAsync(["status", "--json"], cancellationToken)).Output)!;
        var listed = status["networks"]!.AsArray().SelectMany(network => network!["warm"]?["attachments"]?.AsArray() ?? []);
        return new WarmView([.. listed.Select(warm => new Attachment(
            (string)warm!["id"]!, (string)warm["state"]!, [.. warm["addresses"]!.AsArray().Select(address => (string)address!)]))]);
    }

    /// <summary>Waits until as many are ready.</summary>
    public static Task ReadyAsync(TestHost host, int count, CancellationToken cancellationToken) => Eventually.TrueAsync(
        async token => (await OfAsync(host, token)).Attachments.Count(warm => warm.State == "ready") == count, $"{count} are ready",
        cancellationToken);

    /// <summary>How often plugins have run: the log names every run.</summary>
    public static int PluginRuns(TestHost host) => host.Bridge.Log.Split('\n').Count(
        line => line.Contains("CNI ADD of plugin", StringComparison.Ordinal)
            || line.Contains("CNI DEL of plugin", StringComparison.Ordinal));

    public sealed record Attachment(string Id, string State, IReadOnlyList<string> Addresses);
}
