using System.Diagnostics;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Tests.Cnm;
using Microsoft.AspNetCore.Http;

namespace Bridge.Adapter.Tests.Telemetry;

/// <summary>Without a receiver of spans, as by default.</summary>
public sealed class UntracedTests() : DaemonProcessTest
{
    private string Seen => Path.Combine(Daemon.StateDirectory, "seen");

    [Fact]
    public async Task Plugins_get_no_trace()
    {
        Networks.WriteChain(add: $"env > {Seen}");

        await Docker.CreateEndpointAsync("e1");

        (await File.ReadAllTextAsync(Seen, Cancellation)).Should().Contain("CNI_COMMAND=ADD").And.NotContain("TRACEPARENT");
    }

    [Fact]
    public async Task Plugins_get_the_trace_of_a_caller_that_has_one()
    {
        Networks.WriteChain(add: $"env > {Seen}");
        using var http = Daemon.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "NetworkDriver.CreateEndpoint");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("tracestate", "vendor=1");
        request.Headers.Add("baggage", "container=web");
        request.Content = new StringContent($$"""{"NetworkID":"{{DockerCalls.Now}}","EndpointID":"e1"}""");

        using var answer = await http.SendAsync(request, Cancellation);

        var environment = await File.ReadAllTextAsync(Seen, Cancellation);
        environment.Should().MatchRegex("TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01\n");
        environment.Should().Contain("TRACESTATE=vendor=1").And.Contain("BAGGAGE=container");
    }

    [Fact]
    public void No_span_is_made()
    {
        using var traces = new Traces();
        Assert.SkipWhen(traces.HasListeners, "engine: another test of this process listens");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var call = traces.BeginCall("NetworkDriver.Join", new HeaderDictionary());
        var work = traces.BeginBackground("release", cause: default);
        var part = traces.Begin("clean-up");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(500, "the empty headers are all that there is");
        new[] { call, work, part, Activity.Current }.Should().AllBeEquivalentTo<Activity?>(null);
    }
}
