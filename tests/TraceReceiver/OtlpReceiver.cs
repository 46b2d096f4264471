using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Bridge.TraceReceiver.Otlp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.TraceReceiver;

/// <summary>A receiver of spans in the OpenTelemetry protocol, over HTTP and over gRPC, on a unix socket or a port of loopback.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const string GrpcPath = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const int GrpcPrefix = 5; // A byte for compression, four for the length.

    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly WebApplication _server;

    private OtlpReceiver(WebApplication server) => _server = server;

    /// <summary>In the order of their ends.</summary>
    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    /// <summary>The headers of the latest request, by their names in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    /// <summary>What it answers instead of taking the spans; null: it takes them.</summary>
    public Func<HttpContext, Task>? Misbehaviour { get; set; }

    /// <summary>How many requests it got, refused ones too.</summary>
    public int Requests { get; private set; }

    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="socket">The path of a unix socket; null: a free port of loopback.</param>
    /// <param name="grpc">Whether its clients speak gRPC, and not HTTP/1.</param>
    public static async Task<OtlpReceiver> StartAsync(string? socket = null, bool grpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            void Configure(ListenOptions listen) => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
            if (socket is null)
                kestrel.Listen(IPAddress.Loopback, 0, Configure);
            else
                kestrel.ListenUnixSocket(socket, Configure);
        });
        var receiver = new OtlpReceiver(builder.Build());
        receiver._server.Run(receiver.AnswerAsync);
        await receiver._server.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(atOnce.Token);
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests++;
        Headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => $"{header.Value}");
        if (Misbehaviour is { } misbehave)
        {
            await misbehave(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var message = body.ToArray().AsMemory();
        switch (context.Request.Path.Value)
        {
            case "/v1/traces":
                Take(message);
                context.Response.ContentType = "application/x-protobuf";
                break;
            case GrpcPath:
                Take(message.Slice(GrpcPrefix, BinaryPrimitives.ReadInt32BigEndian(message.Span[1..])));
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.Body.WriteAsync(new byte[GrpcPrefix]); // An empty message.
                context.Response.AppendTrailer("grpc-status", "0");
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private void Take(ReadOnlyMemory<byte> message)
    {
        foreach (var span in ReceivedSpan.Of(ExportRequest.Parser.ParseFrom(message.Span)))
            _spans.Enqueue(span);
    }
}
