using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>The same over gRPC, with headers from a file, and with a share of the traces.</summary>
public sealed class TraceProtocolTests() : TracedDaemonTest("protocol: grpc, ratio: 0, headersFile: SCRATCH/headers")
{
    private string HeadersFile => $"{Scratch}/headers";

    [Fact]
    public async Task Over_gRPC_only_traces_that_Docker_records_are_sent_with_the_headers_of_the_file()
    {
        await using var receiver = await ReceiveAsync(grpc: true);
        await RestartAsync("# the key of this host\nx-api-key: secret: 7\n\nx-scope: nodes\n", UnixFileMode.UserRead);
        using var docker = Daemon.Client();
        await StartContainerAsync();

        using var request = new HttpRequestMessage(HttpMethod.Post, "Plugin.Activate");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await docker.SendAsync(request, Cancellation);

        (await SpanAsync(receiver, "Plugin.Activate")).Parent.Should().Be("b7ad6b7169203331");
        receiver.Spans.Should().ContainSingle();
        receiver.Headers.Should().Contain("x-api-key", "secret: 7").And.Contain("x-scope", "nodes")
            .And.Contain("content-type", "application/grpc");
        await Eventually.TrueAsync(
            async _ => await CounterAsync("cnm_cni_spans_sent_total") == 1, "the span counts as sent", Cancellation);
        (await CounterAsync("cnm_cni_spans_lost_total")).Should().Be(0);
    }

    [Theory]
    [InlineData("x-api-key: hunter2\n", UnixFileMode.UserRead | UnixFileMode.GroupRead, "nobody else may use it")]
    [InlineData("x-api-key: hunter2\nforgotten\n", UnixFileMode.UserRead, ":2: expected a header, Name: value")]
    [InlineData("x-api-key: hunter2\u00e4\n", UnixFileMode.UserRead, ":1: expected a header")]
    [InlineData(null, UnixFileMode.UserRead, "there is no file ")]
    public async Task A_bad_file_of_headers_costs_the_spans_and_not_the_containers(string? content, UnixFileMode mode, string reason)
    {
        await RestartAsync(content, mode);

        (await StartContainerAsync()).Should().StartWith("10.77.0.");
        Logged(521).Should().ContainSingle().Which.Should().Contain(reason).And.Contain(HeadersFile).And.NotContain("hunter2");
    }

    private async Task RestartAsync(string? headers, UnixFileMode mode)
    {
        Daemon.Terminate();
        await Daemon.EndAsync();
        File.Delete(HeadersFile);
        if (headers is not null)
        {
            await File.WriteAllTextAsync(HeadersFile, headers, Cancellation);
            File.SetUnixFileMode(HeadersFile, mode);
        }

        File.Delete(Path.Combine(Path.GetDirectoryName(Daemon.SettingsFile)!, "log"));
        await Daemon.StartAsync();
    }
}
