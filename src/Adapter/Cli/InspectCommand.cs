using System.CommandLine;
using System.Text.Json;
using Bridge.Adapter.Cli.Completion;
using Bridge.Adapter.Control;
using static Bridge.Adapter.Cli.SharedOptions;

namespace Bridge.Adapter.Cli;

/// <summary><c>cnm-cni inspect</c>.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> Target = new Argument<string>("TARGET")
    {
        Description = "A container's name or id, an endpoint id or the beginning of one.",
        CompletionSources = { Completions.Containers },
    }.Named();

    public static Command Build()
    {
        var command = new Command("inspect",
            "Show everything about the attachments of one container: addresses, routes, ports, plugins, result, files.")
        {
            Target, Json, Config,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = SettingsOf(parsed);
            using var daemon = new ControlClient(settings.Socket);
            var target = await ContainerIds.NameOfAsync(parsed.GetValue(Target)!, settings, cancellationToken);
            var response = await daemon.InspectAsync(new InspectRequest(target), cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(Json))
                await output.WriteLineAsync(JsonSerializer.Serialize(response, ControlJson.Default.InspectResponse));
            else
                AttachmentReport.Write(response, output);

            return ExitCodes.Success;
        });
        return command;
    }
}

/// <summary>Attachments for people: a heading each, and a line for each fact that there is.</summary>
internal static class AttachmentReport
{
    private const int LabelWidth = 16;

    public static void Write(InspectResponse response, TextWriter output)
    {
        foreach (var (i, attachment) in response.Attachments.Index())
        {
            if (i > 0)
                output.WriteLine();

            output.WriteLine($"{attachment.ContainerName ?? "(a container without a known name)"} on " +
                $"{attachment.Network.Name ?? attachment.Network.Id}");
            foreach (var (label, values) in Facts(attachment))
                WriteFact(label, values, output);

            WriteJson("configuration", attachment.Cni.Configuration, output);
            WriteJson("result", attachment.Cni.Result, output);
        }
    }

    private static IEnumerable<(string Label, IEnumerable<string?> Values)> Facts(AttachmentDetails shown) =>
    [
        ("endpoint", [shown.EndpointId]),
        ("state", [shown.State]),
        ("mode", [shown.Mode]),
        ("since", [$"{shown.Since.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"]),
        ("Docker network", [shown.Network.Id]),
        ("IPAM", [shown.Network.IpamMode]),
        ("internal", [shown.Network.Internal ? "yes" : null]),
        ("defaults", Pairs(shown.Network.EndpointDefaults)),
        ("CNI network", [shown.Cni.Network]),
        ("chain", [string.Join(", ", shown.Cni.Chain)]),
        ("container id", [shown.Cni.ContainerId]),
        ("netns", [shown.Cni.NetnsPath]),
        ("ifname", [shown.Cni.Ifname]),
        ("arguments", Pairs(shown.Cni.Arguments)),
        ("capabilities", [shown.Cni.Capabilities?.GetRawText()]),
        ("pod", Pairs(shown.Pod)),
        ("interface", [shown.Interface.Name]),
        ("sandbox", [shown.Interface.SandboxKey]),
        ("kind", [shown.Interface.Kind]),
        ("MAC", [shown.Interface.Mac]),
        ("MTU", [shown.Interface.Mtu > 0 ? $"{shown.Interface.Mtu}" : null]),
        ("addresses", shown.Interface.Addresses),
        ("gateways", shown.Interface.Gateways),
        ("routes", shown.Interface.Routes),
        ("rules", shown.Interface.Rules),
        ("neighbours", shown.Interface.Neighbours),
        ("sysctls", Pairs(shown.Interface.Sysctls)),
        ("host side", [shown.Host.Peer]),
        ("on the way", [shown.Host.NameOnTheWay]),
        ("host links", [.. shown.Host.Interfaces]),
        ("ports", shown.Ports.Select(StatusReport.Port)),
        ("name servers", shown.Dns.Nameservers),
        ("domain", [shown.Dns.Domain]),
        ("search", shown.Dns.Search),
        ("DNS options", shown.Dns.Options),
        ("reservation", [shown.Reservation is { } kept ? $"{kept.ContainerId} ({kept.State})" : null]),
        ("records", shown.Records),
        ("unfinished", [shown.ArrivalProblem]),
        ("clean-up", [shown.Cleanup is { } cleanup ? Text(cleanup) : null]),
    ];

    private static string Text(CleanupDetails cleanup) => cleanup.Attempts == 0
        ? "under way"
        : $"{cleanup.Attempts} attempts failed; the last: {cleanup.LastError}";

    private static IEnumerable<string> Pairs(IReadOnlyDictionary<string, string> pairs) => pairs.Select(pair => $"{pair.Key}={pair.Value}");

    private static void WriteFact(string label, IEnumerable<string?> values, TextWriter output)
    {
        foreach (var (i, value) in values.Where(value => !string.IsNullOrEmpty(value)).Index())
            output.WriteLine($"  {(i == 0 ? label : "").PadRight(LabelWidth)}{string.Join(' ', value!.Split('\n'))}");
    }

    private static void WriteJson(string label, JsonElement? value, TextWriter output)
    {
        if (value is not { } json)
            return;

        output.WriteLine($"  {label}:");
        foreach (var line in IndentedJson.Of(json).Split('\n'))
            output.WriteLine($"    {line}");
    }
}
