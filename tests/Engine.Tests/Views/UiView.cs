using System.Text.Json.Nodes;
using Bridge.TestHosts;
using Bridge.Testing.Browser;

namespace Bridge.Engine.Tests.Views;

/// <summary>A container or pod as a row of the table of <c>cnm-cni ui</c>.</summary>
internal sealed record UiRow(string Name, string Kind, string Network, string State, string Addresses, string Mac, string Ports)
{
    /// <summary>What the page shows; its table has to be open.</summary>
    public static async Task<IReadOnlyList<UiRow>> ShownAsync(BrowserPage page) =>
        [.. (await page.AskAsync<string[][]>(
            "[...document.querySelectorAll('#members tbody tr')].map(row => [...row.cells].map(cell => cell.innerText.trim()))"))
            .Select(cells => new UiRow(cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6]))];

    /// <summary>The same, as the page would show what <c>cnm-cni status --json</c> says: it knows no MACs of pods.</summary>
    public static async Task<IReadOnlyList<UiRow>> OfStatusAsync(TestHost host, CancellationToken cancellationToken)
    {
        var status = JsonNode.Parse((await host.BridgeAsync(["status", "--json"], cancellationToken)).EnsureSuccess().StandardOutput)!;
        var endpoints = status["endpoints"]!.AsArray().ToDictionary(endpoint => (string)endpoint!["endpointId"]!);
        var owners = status["portOwners"]!.AsArray().ToDictionary(owner => (string)owner!["containerId"]!);
        return
        [
            .. from network in status["cniNetworks"]!.AsArray()
               from neighbour in network["neighbours"]!.AsArray()
               let endpoint = (string?)neighbour["endpointId"] is { } id ? endpoints.GetValueOrDefault(id) : null
               let owner = (string?)neighbour["containerId"] is { } id ? owners.GetValueOrDefault(id) : null
               let kind = (string)neighbour["kind"]!
               select new UiRow(
                   (string?)neighbour["name"] ?? "",
                   kind == "pod" ? "pod · CRI" : $"{kind} · Docker",
                   (string)network["name"]!,
                   (string?)endpoint?["state"] ?? "running",
                   string.Join(' ', neighbour["addresses"]!.AsArray().Select(address => (string)address!)),
                   (string?)endpoint?["mac"] ?? "",
                   string.Join(' ', ((endpoint ?? owner)?["ports"]?.AsArray() ?? []).Select(PortOf))),
        ];
    }

    private static string PortOf(JsonNode? port) =>
        $"{((string?)port!["hostIp"] is { } ip ? $"{ip}:" : "")}{port["hostPort"]}→{port["containerPort"]}/{port["protocol"]}";
}
