using Bridge.Adapter.Tests.Cnm;
using Bridge.TraceReceiver;

namespace Bridge.Adapter.Tests.Telemetry.Export;

/// <summary>The spans of calls, of the plugins that they run, and of what they leave to the background.</summary>
public sealed class TraceTests() : TracedDaemonTest("serviceName: node-7")
{
    [Fact]
    public async Task A_plugin_run_is_a_part_of_its_call_and_the_plugin_continues_the_trace_there()
    {
        await using var receiver = await ReceiveAsync();
        Networks.WriteChain(add: $"echo $TRACEPARENT > {Scratch}/parent");

        await StartContainerAsync();

        var join = await SpanAsync(receiver, "NetworkDriver.Join");
        join.Parent.Should().BeEmpty();
        join.Attributes.Should().Contain("cnm.network.id", DockerCalls.Ahead).And.Contain("cnm.endpoint.id", Endpoint)
            .And.Contain("cnm.sandbox", $"/run/docker/netns/{Endpoint}").And.Contain("cni.network", "ahead")
            .And.Contain("cnm.outcome", "answered");
        var run = await SpanAsync(receiver, "ADD chain");
        (run.Trace, run.Parent).Should().Be((join.Trace, join.Id));
        run.Attributes.Should().Contain("cni.plugin", "chain").And.Contain("cni.verb", "ADD").And.Contain("cni.network", "ahead")
            .And.Contain("cni.ifname", "eth0").And.Contain("cni.outcome", "success").And.Contain("process.exit.code", "0");
        run["cni.container.id"].Should().NotBeEmpty();
        run.Error.Should().BeNull();
        run.Duration.Should().BePositive().And.BeLessThanOrEqualTo(join.Duration);
        (await File.ReadAllTextAsync($"{Scratch}/parent", Cancellation)).Should().Be($"00-{run.Trace}-{run.Id}-01\n");
        var reserved = await SpanAsync(receiver, "ADD reserve");
        reserved.Parent.Should().Be((await SpanAsync(receiver, "IpamDriver.RequestAddress")).Id);
        run.Resource.Should().Contain("service.name", "node-7").And.ContainKeys("service.version", "host.name");
    }

    [Fact]
    public async Task A_release_in_the_background_is_a_trace_of_its_own_that_leads_to_its_call()
    {
        await using var receiver = await ReceiveAsync();

        await RemoveContainerAsync(await StartContainerAsync());

        var release = await SpanAsync(receiver, "release");
        var removal = await SpanAsync(receiver, "NetworkDriver.DeleteEndpoint");
        release.Parent.Should().BeEmpty();
        release.Trace.Should().NotBe(removal.Trace);
        release.Links.Should().Equal(removal.Id);
        var cleanup = receiver.Spans.First(span => span.Name == "clean-up" && span.Trace == release.Trace);
        cleanup.Parent.Should().Be(release.Id);
        cleanup["cnm.endpoint.id"].Should().Be(Endpoint);
        (await SpanAsync(receiver, "DEL chain")).Parent.Should().Be(cleanup.Id);
    }

    [Fact]
    public async Task A_retry_after_a_restart_still_leads_to_the_call_that_began_the_clean_up()
    {
        await using var receiver = await ReceiveAsync();
        var address = await StartContainerAsync();
        Networks.WriteChain(delete: $"[ -e {Scratch}/mended ] || {Refusal}");
        await Docker.EndpointAsync("DeleteEndpoint", Endpoint, DockerCalls.Ahead);
        await Docker.ReleaseAddressAsync(address);
        var removal = await SpanAsync(receiver, "NetworkDriver.DeleteEndpoint");
        (await SpanAsync(receiver, "release")).Error.Should().BeNull("its end is that of its parts");
        var failed = await SpanAsync(receiver, "clean-up");
        failed.Error.Should().Contain("no luck today");
        Daemon.Terminate();
        await Daemon.EndAsync();
        await File.WriteAllTextAsync($"{Scratch}/mended", "", Cancellation);

        await Daemon.StartAsync();
        await Networks.UndoneAsync();

        await Eventually.TrueAsync(
            () => receiver.Spans.Any(span => span is { Name: "release" or "clean-up", Error: null } && span.Links.Contains(removal.Id)
                && span.Trace != failed.Trace),
            "the second attempt leads to the call");
    }

    [Fact]
    public async Task A_failed_plugin_is_an_error_with_its_code_and_its_message_and_so_is_its_call()
    {
        await using var receiver = await ReceiveAsync();
        Networks.WriteChain(add: Refusal);

        await StartContainerAsync();

        var run = await SpanAsync(receiver, "ADD chain");
        run.Error.Should().Be("no luck today: token=(redacted)");
        run.Attributes.Should().Contain("cni.error.code", "119").And.Contain("cni.outcome", "failure")
            .And.Contain("process.exit.code", "1");
        var join = await SpanAsync(receiver, "NetworkDriver.Join");
        join.Error.Should().Contain("no luck today").And.NotContain("hunter2");
        join["cnm.outcome"].Should().Be("refused");
    }

    [Fact]
    public async Task A_call_continues_the_trace_of_Docker_and_follows_its_choice()
    {
        await using var receiver = await ReceiveAsync();
        using var docker = Daemon.Client();

        await CallAsync(docker, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        await CallAsync(docker, "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-01");
        await CallAsync(docker, "nonsense");

        await Eventually.TrueAsync(() => receiver.Spans.Count(span => span.Name == Activation) == 2, "two spans come");
        var spans = receiver.Spans.Where(span => span.Name == Activation).ToArray();
        (spans[0].Trace, spans[0].Parent).Should().Be(("0af7651916cd43dd8448eb211c80319d", "b7ad6b7169203331"));
        spans[1].Parent.Should().BeEmpty();
    }

    private const string Refusal = """{ echo '{"cniVersion":"1.0.0","code":119,"msg":"no luck today: token=hunter2hunter2"}'; exit 1; }""";

    private const string Activation = "Plugin.Activate";

    private static async Task CallAsync(HttpClient docker, string traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Activation);
        request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        using var answer = await docker.SendAsync(request, Cancellation);
    }
}
