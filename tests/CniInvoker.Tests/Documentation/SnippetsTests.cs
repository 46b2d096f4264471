using Bridge.Snippets;
using CniInvoker.Tests.Clients;

namespace CniInvoker.Tests.Documentation;

/// <summary>The code of docs/cni-invoker.md does what the page describes.</summary>
public sealed class SnippetsTests : ClientTest
{
    [Fact]
    public async Task The_logging_executor_logs_runs_and_their_stderr()
    {
        using var log = new StringWriter();
        Plugins.With("first", add: "echo slow today >&2\n" + ScriptedPlugins.Result());
        Configure("pods", "first");
        var client = new CniClient(Options with { Executor = new LoggingExecutor(new PluginProcess(TimeProvider.System), log) });

        await client.AddAsync("pods", Attachment(), Cancellation);

        log.ToString().Should().MatchRegex("(?m)^ADD first of network \"pods\" for container \"c1\": exit status 0 after [0-9]+ ms$")
            .And.Contain("ADD first of network \"pods\" for container \"c1\": stderr: slow today\n");
    }

    [Fact]
    public async Task Transient_and_other_failures_are_logged_differently()
    {
        using var log = new StringWriter();
        Plugins.With("first", add: ScriptedPlugins.Fail(11, "busy"));
        Plugins.With("second", add: ScriptedPlugins.Fail(100, "no"), delete: ScriptedPlugins.Fail(100, "never"));
        Configure("pods", "first");
        await Bridge.Snippets.Clients.ReportAsync(Client, Attachment(), log, Cancellation);
        log.ToString().Should().StartWith("Retry later: CNI network \"pods\": plugin \"first\" failed ADD: busy");

        Configure("pods", "second");
        await Bridge.Snippets.Clients.ReportAsync(Client, Attachment(), log, Cancellation);

        log.ToString().Should().EndWith(
            "second failed ADD with code 100: no\nThe clean-up failed too; the record stays until DEL succeeds.\n");
        Client.Attachments().Attachments.Should().ContainSingle();
    }

    [Fact]
    public async Task Plugins_get_the_trace_context()
    {
        Plugins.With("first");
        Configure("pods", "first");

        await Bridge.Snippets.Clients.TraceAsync(Client, Attachment(), Cancellation);

        Plugins.Environment("first", "ADD")["TRACEPARENT"].Should().MatchRegex("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$");
    }

    [Fact]
    public async Task Attachments_outside_the_list_are_deleted_and_listed_ones_stay()
    {
        Plugins.With("first");
        Configure("pods", "first");
        await Client.AddAsync("pods", Attachment("c1"), Cancellation);
        await Client.AddAsync("pods", Attachment("c2"), Cancellation);

        await Bridge.Snippets.Clients.CollectAsync(Client, ["c2"], Cancellation);

        Client.Attachments().Attachments.Single().Attachment.ContainerId.Should().Be("c2");
    }

    [Fact]
    public async Task A_program_with_its_own_records_can_run_DEL()
    {
        var store = new FileAttachmentStore(State);
        var during = Path.Combine(State, "results/pods-c1-eth0");
        Plugins.With("first").With("second", add: $"cp '{during}' '{Plugins.Record("during")}'\n{ScriptedPlugins.Result("10.1.0.3/16")}");
        var records = new Records(Plugins.Runtime(), store);

        await records.AddAsync(ScriptedPlugins.NetworkOf("first", "second"), Attachment(), Cancellation);
        File.ReadAllText(Plugins.Record("during")).Should().Contain("10.1.0.2/16").And.Contain("\"isComplete\":false");
        await records.DeleteAsync(new AttachmentId("pods", "c1", "eth0"), Cancellation);

        Plugins.Runs.Should().Equal("ADD first", "ADD second", "DEL second", "DEL first");
        Plugins.StdinText("first", "DEL").Should().Contain("10.1.0.3/16");
        store.List().Attachments.Should().BeEmpty();
    }

    [Fact]
    public void Errors_and_warnings_of_a_directory_are_reported_beside_its_valid_networks()
    {
        using var log = new StringWriter();
        Write("00-bad.conflist", "{");
        Write("10-pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"first","runtimeConfig":{}}]}""");

        var network = Networks.Read(Configurations, log);

        network!.Name.Should().Be("pods");
        log.ToString().Should().Contain("00-bad.conflist: ").And.Contain(
            "10-pods.conflist: line 1: $.plugins[0].runtimeConfig is reserved for runtimes");
        Networks.Parse().Plugins.Single().Type.Should().Be("loopback");
    }
}
