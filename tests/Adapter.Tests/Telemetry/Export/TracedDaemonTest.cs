using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;
using Bridge.TraceReceiver;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>A daemon that sends its spans to a socket, where a test may start a receiver.</summary>
public abstract class TracedDaemonTest : DaemonProcessTest
{
    private protected TracedDaemonTest(string traces)
        : this(Directory.CreateTempSubdirectory("traced-").FullName, traces)
    {
    }

    private TracedDaemonTest(string directory, string traces)
        : base(
            $"traces: {{ endpoint: 'unix://{directory}/otlp.sock', " +
            $"{traces.Replace(ScratchName, directory, StringComparison.Ordinal)} }}\nlog: {{ format: json }}") => Scratch = directory;

    /// <summary>In the settings: <see cref="Scratch"/>.</summary>
    private protected const string ScratchName = "SCRATCH";

    /// <summary>A directory of the test's own.</summary>
    private protected string Scratch { get; }

    private protected static string Endpoint { get; } = "e1";

    private protected Task<OtlpReceiver> ReceiveAsync(bool grpc = false)
    {
        File.Delete($"{Scratch}/otlp.sock");
        return OtlpReceiver.StartAsync($"{Scratch}/otlp.sock", grpc);
    }

    /// <summary>As Docker starts a container whose address is reserved ahead.</summary>
    private protected async Task<string> StartContainerAsync()
    {
        var address = (string)JsonNode.Parse(await Docker.RequestAddressAsync())!["Address"]!;
        await Docker.CreateEndpointAsync(Endpoint, DockerCalls.Ahead, address);
        await Docker.JoinAsync(Endpoint, DockerCalls.Ahead);
        return address;
    }

    /// <summary>As Docker removes it.</summary>
    private protected async Task RemoveContainerAsync(string address)
    {
        await Docker.EndpointAsync("Leave", Endpoint, DockerCalls.Ahead);
        await Docker.EndpointAsync("DeleteEndpoint", Endpoint, DockerCalls.Ahead);
        await Docker.ReleaseAddressAsync(address);
        await Networks.UndoneAsync();
    }

    /// <summary>The first span of the name, as soon as there is one.</summary>
    private protected static async Task<ReceivedSpan> SpanAsync(OtlpReceiver receiver, string name)
    {
        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == name), $"a span {name} comes");
        return receiver.Spans.First(span => span.Name == name);
    }

    /// <summary>The messages of the log of an event.</summary>
    private protected string[] Logged(int id) =>
    [
        .. Daemon.Log.Split('\n').Where(line => line.Contains($"\"EventId\":{id},", StringComparison.Ordinal))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Message").GetString()!),
    ];

    private protected async Task<double> CounterAsync(string name) =>
        double.Parse((await Daemon.MetricsAsync()).Split('\n').Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal))
            .Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
}
