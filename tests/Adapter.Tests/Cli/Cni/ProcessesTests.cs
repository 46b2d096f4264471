using System.Diagnostics;

namespace Bridge.Adapter.Tests.Cli.Cni;

/// <summary>Several processes of the program on one host, and such as are killed.</summary>
public sealed class ProcessesTests : IDisposable
{
    private readonly CniHost _host = new CniHost().WithSandbox().WithNetwork("pods", "1.1.0", "first", "second", "third");

    public void Dispose() => _host.Dispose();

    [Theory]
    [Case(40, "cache-crash")]
    [Case(51, "crash matrix")]
    [InlineData("first", false)]
    [InlineData("second", true)]
    [InlineData("third", true)]
    public async Task DEL_cleans_up_with_the_last_result_after_ADD_was_killed_at_any_plugin(string dying, bool hasResult)
    {
        foreach (var type in new[] { "first", "second", "third" })
            _host.WithPlugin(type, add: type == dying ? "kill -KILL $PPID" : null);

        using var add = Start("add", "pods", _host.Sandbox, "--container-id", "c1");
        await add.WaitForExitAsync(Cancellation);
        add.ExitCode.Should().Be(128 + 9);
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        ((bool?)_host.Json["attachments"]!.AsArray().Single()!["complete"]).Should().BeFalse();

        (await _host.RunAsync(["del", "pods", _host.Sandbox, "--container-id", "c1"], Cancellation)).Should().Be(0);

        _host.Runs.TakeLast(3).Should().Equal("DEL third", "DEL second", "DEL first");
        _host.Stdin("first", "DEL").ContainsKey("prevResult").Should().Be(hasResult);
        (await _host.RunAsync(["list"], Cancellation)).Should().Be(0);
        _host.Json["attachments"]!.AsArray().Should().BeEmpty();
        Directory.EnumerateFiles(Path.Combine(_host.State, "cni/results")).Should().BeEmpty();
    }

    [Fact]
    [Case(51, "crash matrix")]
    public async Task The_next_ADD_cleans_up_after_a_killed_one()
    {
        var armed = _host.Record("armed");
        File.WriteAllText(armed, "");
        _host.WithPlugin("first").WithPlugin("second", add: $"if rm '{armed}'; then kill -KILL $PPID; fi\n{CniHost.Print(CniHost.Result)}")
            .WithPlugin("third");
        using var add = Start("add", "pods", _host.Sandbox);
        await add.WaitForExitAsync(Cancellation);

        (await _host.RunAsync(["add", "pods", _host.Sandbox], Cancellation)).Should().Be(0);

        _host.Runs.Should().Equal(
            "ADD first", "ADD second", "DEL third", "DEL second", "DEL first", "ADD first", "ADD second", "ADD third");
    }

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task Processes_attach_one_container_one_after_the_other()
    {
        var alone = _host.Record("alone");
        _host.WithPlugin(
            "first", add: $"mkdir '{alone}' || {{ {CniHost.Fail(100, "another process is here")}\n}}\n{CniHost.Print(CniHost.Result)}")
                .WithPlugin("second")
            .WithPlugin("third", add: $"sleep 0.1; rmdir '{alone}'\n{CniHost.Print(CniHost.Result)}");

        var processes =
            Enumerable.Range(0, 4).Select(number => Start("add", "pods", _host.Sandbox, "--container-id", "c1", "--ifname", $"eth{number}"))
                .ToList();
        await Task.WhenAll(processes.Select(process => process.WaitForExitAsync(Cancellation)));

        processes.Select(process => process.ExitCode).Should().AllBeEquivalentTo(0);
        processes.ForEach(process => process.Dispose());
    }

    [Fact]
    [Case(49, "lock-same-id")]
    public async Task Garbage_is_collected_when_the_ADD_of_another_process_is_through()
    {
        var (started, go) = (_host.Record("started"), _host.Record("go"));
        _host.WithPlugin("first").WithPlugin("second",
            add: $"touch '{started}'; while ! test -e '{go}'; do sleep 0.01; done\n{CniHost.Print(CniHost.Result)}").WithPlugin("third");
        _host.WithNetwork("lan", "1.1.0", "fourth").WithPlugin("fourth");
        using var add = Start("add", "pods", _host.Sandbox, "--container-id", "c1");
        await Eventually.TrueAsync(() => File.Exists(started) || add.HasExited, "the plugin \"second\" runs");

        using var collection = Start("gc", "pods", "--keep", "c1/eth0");
        // Started later and not in the way of the ADD: by its end the other could have run plugins too.
        using var elsewhere = Start("gc", "lan", "--force");
        await elsewhere.WaitForExitAsync(Cancellation);
        _host.Runs.Should().Equal("ADD first", "ADD second", "GC fourth");
        File.WriteAllText(go, "");
        await Task.WhenAll(add.WaitForExitAsync(Cancellation), collection.WaitForExitAsync(Cancellation));

        _host.Runs.Skip(3).Should().Equal("ADD third", "GC first", "GC second", "GC third");
        (add.ExitCode, collection.ExitCode).Should().Be((0, 0));
    }

    private Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        Path.Combine(AppContext.BaseDirectory, "cnm-cni"),
        ["cni", .. arguments, "--config", _host.ConfigFile]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
