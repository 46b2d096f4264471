using System.Diagnostics;

namespace CniInvoker.Tests.Execution;

public sealed class TraceContextTests : IDisposable
{
    private readonly ScriptedPlugins _plugins = new();

    public void Dispose() => _plugins.Dispose();

    [Fact]
    public async Task Plugins_get_the_current_trace_context()
    {
        _plugins.With("first");
        using var activity = new Activity("attach").SetIdFormat(ActivityIdFormat.W3C).AddBaggage("tenant", "blue; green").Start();
        activity.TraceStateString = "vendor=1";

        await AddAsync();

        var environment = _plugins.Environment("first", "ADD");
        environment["TRACEPARENT"].Should().Be(activity.Id);
        environment["TRACESTATE"].Should().Be("vendor=1");
        environment["BAGGAGE"].Should().Be("tenant = blue%3B%20green");
    }

    [Fact]
    public async Task Without_a_trace_plugins_get_no_trace_context()
    {
        _plugins.With("first");

        await AddAsync();

        _plugins.Environment("first", "ADD").Keys.Should().NotContain(["TRACEPARENT", "TRACESTATE", "BAGGAGE"]);
    }

    private Task<CniResult> AddAsync() => _plugins.Runtime().AddAsync(
        ScriptedPlugins.NetworkOf("first"), ScriptedPlugins.Attachment(), previousResult: null, Cancellation);
}
