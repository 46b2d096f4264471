using Bridge.Engine.Tests.Hosts;
using Bridge.TestHosts;
using Bridge.TraceReceiver;

namespace Bridge.Engine.Tests;

/// <summary>The spans of a container's life, as docs/telemetry.md draws them.</summary>
[Feature("True answers: spans (OpenTelemetry), and metrics on a TCP address")]
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class TraceTreeTests(TracedHost engine) : EngineTest(engine), IClassFixture<TracedHost>
{
    private const string Join = "NetworkDriver.Join";
    private const string Removal = "NetworkDriver.DeleteEndpoint";

    [Fact]
    public async Task A_container_with_a_published_port_leaves_the_tree_of_spans_that_is_documented()
    {
        // Spans of another test may be on their way.
        await Host.Bridge.StopAsync(Cancellation);
        await Host.Bridge.StartAsync(Cancellation);
        await using var receiver = await OtlpReceiver.StartAsync(Host.PathOf(TracedHost.Socket), grpc: true);

        await DockerAsync("run", "--detach", "--name", "web", "--network", Network, "--publish", "8080:80", Image, "sleep", "999");
        await DockerAsync("rm", "--force", "web");
        (await Host.BridgeAsync(["settle"], Cancellation)).EnsureSuccess();
        await Eventually.TrueAsync(() => receiver.Spans.Any(span => span.Name == "Bridge.Settle"), "the last span comes");

        var spans = receiver.Spans.ToDictionary(span => span.Id);
        string Above(string name) => string.Join(" < ", Chain(spans, receiver.Spans.First(span => span.Name == name)));
        Above("ADD host-local").Should().Be("ADD host-local < IpamDriver.RequestAddress");
        Above("ADD bridge").Should().Be($"ADD bridge < {Join}");
        Above("ADD firewall").Should().Be($"ADD firewall < {Join}");
        Above("ADD portmap").Should().BeOneOf($"ADD portmap < {Join}", "ADD portmap < NetworkDriver.ProgramExternalConnectivity");
        Above("DEL bridge").Should().Be("DEL bridge < clean-up < release");
        var release = receiver.Spans.First(span => span.Name == "release");
        release.Links.Should().ContainSingle().Which.Should().Be(receiver.Spans.First(span => span.Name == Removal).Id);
        var added = receiver.Spans.First(span => span.Name == "ADD bridge");
        var removed = receiver.Spans.First(span => span.Name == "DEL bridge");
        removed["cni.container.id"].Should().Be(added["cni.container.id"]).And.Be(release["cni.container.id"]);
        receiver.Spans.Should().OnlyContain(span => span.Parent.Length == 0 || spans.ContainsKey(span.Parent))
            .And.OnlyContain(span => span.Error == null);
    }

    [Fact]
    public async Task The_metrics_on_the_address_show_what_pods_and_containers_have_left()
    {
        await DockerAsync("run", "--detach", "--name", "web", "--network", Network, Image, "sleep", "999");

        await Eventually.TrueAsync(
            async token => (await Host.RunAsync(["bash", "-c", ReadMetrics], token)).EnsureSuccess().Output
                .Contains($"cnm_cni_addresses_left{{cni_network=\"{CniNetworks.Name}\"}} ", StringComparison.Ordinal),
            "the second page has the number", Cancellation);

        await DockerAsync("rm", "--force", "web");
    }

    private static string ReadMetrics =>
        $"exec 3<>/dev/tcp/127.0.0.1/{TracedHost.MetricsPort}; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";

    private static IEnumerable<string> Chain(IReadOnlyDictionary<string, ReceivedSpan> spans, ReceivedSpan span)
    {
        for (ReceivedSpan? part = span; part is not null; part = spans.GetValueOrDefault(part.Parent))
            yield return part.Name;
    }
}
