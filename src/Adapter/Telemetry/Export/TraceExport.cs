using Bridge.Adapter.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Bridge.Adapter.Telemetry.Export;

/// <summary>
/// Sends spans to the OTLP receiver of the settings. Without one nothing of the library is loaded, and nobody listens to <see
/// cref="Traces"/>. A mistake outside of the settings file costs the spans alone: containers need their networks.
/// </summary>
internal sealed class TraceExport(
    AdapterSettings settings, SpanLosses losses, SpanSecrets secrets, ILogger<TraceExport> logger) : IHostedService, IDisposable
{
    // The last spans, when the process ends. Docker's calls have their answers by then.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private static readonly string[] Receivers = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Traces.Endpoint is { } endpoint)
            Start(endpoint);
        else if (Receivers.FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 }) is { } variable)
            logger.VariableIgnored(variable);

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask; // Work in the background still ends.

    public void Dispose()
    {
        _provider?.Shutdown((int)Farewell.TotalMilliseconds);
        _provider?.Dispose();
    }

    private void Start(Uri endpoint)
    {
        try
        {
            TraceHttp.RequireTls(endpoint);
            var headers = TraceHeaders.Read(settings.Traces.HeadersFile);
            IgnoreEnvironment();
            _provider = Sdk.CreateTracerProviderBuilder()
                .AddSource(Traces.SourceName)
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.Traces.Ratio)))
                .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(
                    settings.Traces.ServiceName, serviceVersion: ProgramVersion.Number, serviceInstanceId: Environment.MachineName)
                    .AddAttributes([new("host.name", Environment.MachineName)]))
                .AddProcessor(new SpanQueue(new SpanExporter(Options(endpoint, headers), losses), losses, secrets))
                .Build();
            logger.SpansAreSent($"{endpoint.OriginalString}");
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            logger.SpansAreNotSent(ErrorDescription.OfFile(unusable));
        }
    }

    private OtlpExporterOptions Options(Uri endpoint, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var isGrpc = settings.Traces.Protocol == TraceProtocol.Grpc;
        return new OtlpExporterOptions
        {
            Endpoint = TraceHttp.AddressOf(endpoint, isGrpc),
            Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            TimeoutMilliseconds = (int)TraceHttp.Patience.TotalMilliseconds,
            Headers = "",
            HttpClientFactory = () => TraceHttp.Client(endpoint, headers, losses),
        };
    }

    // The settings file is the only source: it is checked, and `cnm-cni settings` prints it.
    private static void IgnoreEnvironment()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.OfType<string>())
        {
            if (name.StartsWith("OTEL_", StringComparison.Ordinal))
                Environment.SetEnvironmentVariable(name, null);
        }
    }
}
