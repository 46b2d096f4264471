using System.Buffers.Binary;
using Bridge.Adapter.Cri.Messages;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Bridge.Adapter.Tests.AddressOwners;

/// <summary>A container runtime with pods of our choice, which speaks gRPC over a real unix socket.</summary>
internal sealed class ScriptedPodRuntime : IAsyncDisposable
{
    /// <summary>A byte that says "not compressed", and the length.</summary>
    private const int FrameHeader = 5;

    private const int Ok = 0;
    private const int NotFound = 5;
    private const int Unimplemented = 12;

    private readonly WebApplication _server;
    private readonly TaskCompletionSource _fellSilent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cri-");

    private ScriptedPodRuntime(string? socketPath)
    {
        SocketPath = socketPath ?? Path.Combine(_directory.FullName, "containerd.sock");
        Directory.CreateDirectory(Path.GetDirectoryName(SocketPath)!);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(SocketPath, listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        RequestDelegate answer = AnswerAsync;
        _server.Run(answer);
    }

    public string SocketPath { get; }

    /// <summary>What it answers to a verbose Status.</summary>
    public Dictionary<string, string> Info { get; } = [];

    public List<PodSandboxStatus> Pods { get; } = [];

    /// <summary>Listed, but gone when asked for.</summary>
    public HashSet<string> Gone { get; } = [];

    /// <summary>Asked for these it never answers; "" is the list itself.</summary>
    public HashSet<string> Silent { get; } = [];

    /// <summary>Ends when it has been asked for something that it never answers.</summary>
    public Task FellSilent => _fellSilent.Task;

    /// <summary>What an answer is replaced with; a containerd without its CRI plugin answers 12.</summary>
    public int Failure { get; set; } = Ok;

    public static async Task<ScriptedPodRuntime> StartAsync(string? socketPath = null)
    {
        var runtime = new ScriptedPodRuntime(socketPath);
        await runtime._server.StartAsync();
        return runtime;
    }

    public void Add(string sandboxId, string name, params string[] addresses) => Pods.Add(new PodSandboxStatus
    {
        Id = sandboxId,
        Metadata = new PodSandboxMetadata { Name = name, Namespace = "default" },
        State = addresses.Length > 0 ? PodSandboxState.SandboxReady : PodSandboxState.SandboxNotready,
        Network = new PodSandboxNetworkStatus
        {
            Ip = addresses.FirstOrDefault() ?? "",
            AdditionalIps = { addresses.Skip(1).Select(address => new PodIP { Ip = address }) },
        },
    });

    public async Task StopAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _server.StopAsync(atOnce.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
        if (_directory.Exists)
            _directory.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var question = body.ToArray().AsMemory(FrameHeader);
        try
        {
            var (status, answer) = (Failure, context.Request.Path.Value) switch
            {
                (not Ok, _) => (Failure, null),
                (_, "/runtime.v1.RuntimeService/Status") => await InfoAsync(context.RequestAborted),
                (_, "/runtime.v1.RuntimeService/ListPodSandbox") => await ListAsync(context.RequestAborted),
                (_, "/runtime.v1.RuntimeService/PodSandboxStatus") =>
                    await StatusAsync(PodSandboxStatusRequest.Parser.ParseFrom(question.Span), context.RequestAborted),
                _ => (Unimplemented, (IMessage?)null),
            };
            context.Response.ContentType = "application/grpc";
            if (answer is not null)
                await context.Response.Body.WriteAsync(Frame(answer.ToByteArray()), context.RequestAborted);

            context.Response.AppendTrailer("grpc-status", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // The asker hung up.
        }
    }

    private async Task<(int Status, IMessage? Answer)> InfoAsync(CancellationToken cancellationToken)
    {
        await BeSilentAsync("", cancellationToken);
        return (Ok, new StatusResponse { Info = { Info } });
    }

    private async Task<(int Status, IMessage? Answer)> ListAsync(CancellationToken cancellationToken)
    {
        await BeSilentAsync("", cancellationToken);
        return (Ok,
            new ListPodSandboxResponse { Items =
                { Pods.Select(pod => new PodSandbox { Id = pod.Id, Metadata = pod.Metadata, State = pod.State }) } });
    }

    private async Task<(int Status, IMessage? Answer)> StatusAsync(PodSandboxStatusRequest request, CancellationToken cancellationToken)
    {
        await BeSilentAsync(request.PodSandboxId, cancellationToken);
        return Pods.Find(pod => pod.Id == request.PodSandboxId && !Gone.Contains(pod.Id)) is { } status
            ? (Ok, new PodSandboxStatusResponse { Status = status })
            : (NotFound, null);
    }

    private Task BeSilentAsync(string sandboxId, CancellationToken cancellationToken)
    {
        if (!Silent.Contains(sandboxId))
            return Task.CompletedTask;

        _fellSilent.TrySetResult();
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private static byte[] Frame(byte[] message)
    {
        var frame = new byte[FrameHeader + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, FrameHeader);
        return frame;
    }
}
