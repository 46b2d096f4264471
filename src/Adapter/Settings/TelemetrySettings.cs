using System.Net;

namespace Bridge.Adapter.Settings;

/// <summary>Where the metrics are, besides the plugin socket.</summary>
internal sealed record MetricsSettings
{
    /// <summary>A TCP address of this host that answers <c>GET /metrics</c>, for Prometheus; null: none.</summary>
    public IPEndPoint? Listen { get; init; }
}

/// <summary>Where spans of calls and plugin runs are sent: see docs/telemetry.md.</summary>
internal sealed record TraceSettings
{
    /// <summary>
    /// The OTLP receiver: <c>http</c>, <c>https</c>, or <c>unix</c> with the absolute path of its socket. Null: there are no spans.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How spans are sent.</summary>
    public TraceProtocol Protocol { get; init; }

    /// <summary>
    /// A file with a header of each request on each line, <c>Name: value</c>, which root alone can read. Absolute path; null: none.
    /// </summary>
    public string? HeadersFile { get; init; }

    /// <summary>The <c>service.name</c> of the spans. 1 to 255 printable characters.</summary>
    public string ServiceName { get; init; } = "cnm-cni";

    /// <summary>
    /// Which share of the traces that begin here is sent; one that Docker has begun follows Docker's choice. 0 to 1.
    /// </summary>
    public double Ratio { get; init; } = 1;
}

internal enum TraceProtocol
{
    /// <summary>A POST of each batch.</summary>
    HttpProtobuf,

    /// <summary>A call of each batch, in HTTP/2 without TLS or with it, as the endpoint says.</summary>
    Grpc,
}
