using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Bridge.HostileRequests.Checks;
using Bridge.HostileRequests.Requests;
using Bridge.HostileRequests.Wire;

namespace Bridge.HostileRequests;

/// <summary>
/// (1) A host and its census. (2) The first tenth of the requests, to warm up. (3) The rest. (4) Some more under strace. (5) Everything is
/// taken down as Docker would, and the host must be what it was.
/// </summary>
internal sealed class HostileRun(HostileOptions options, TimeProvider timeProvider)
{
    private const int TracedRequests = 5_000;

    private readonly Findings _findings = new();
    private readonly Traffic _traffic = new();

    /// <returns>Whether nothing was found.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var host = await HostileHost.StartAsync(cancellationToken);
        await host.StartBridgeAsync(cancellationToken);
        var sender = new Sender(host, _findings, _traffic, timeProvider);
        await LivesAsync(sender, cancellationToken);
        await TearDownAsync(host, sender, cancellationToken);
        var census = await host.CensusAsync(cancellationToken); // (1)
        var files = await HostFiles.ListAsync(host, cancellationToken);

        await NetworksAsync(sender);
        var start = timeProvider.GetTimestamp();
        await sender.SendAsync(options.Requests / 10, options.Connections, options.Seed, cancellationToken); // (2)
        var before = await AtRestAsync(host, null, cancellationToken);
        await sender.SendAsync(options.Requests - (options.Requests / 10), options.Connections, options.Seed + 1, cancellationToken); // (3)
        var duration = timeProvider.GetElapsedTime(start);
        var after = await AtRestAsync(host, before, cancellationToken);
        if (after.HasGrownSince(before))
            _findings.Add($"the daemon has grown: {before} after the first tenth, {after} at the end", "all of it");

        await TraceAsync(host, sender, cancellationToken); // (4)
        await TearDownAsync(host, sender, cancellationToken); // (5)
        foreach (var change in (await host.ChangesSinceAsync(census, cancellationToken)).Concat(
            (await HostFiles.ListAsync(host, cancellationToken)).ChangesSince(files)))
            _findings.Add($"the host is not what it was: {change}", "all of it");

        await CheckLifeAsync(host, cancellationToken);
        Report(host, duration, before, after);
        return _findings.Count == 0;
    }

    private static Task NetworksAsync(Sender sender) =>
        sender.PostAllAsync([Ids.Null, Ids.Ahead, Ids.Direct],
            network => HostileRequest.Post("set-up", "NetworkDriver.CreateNetwork", Shapes.Network(network).ToJsonString()));

    // What a first call makes once, such as the bridge and the chains of the firewall, stays.
    private static async Task LivesAsync(Sender sender, CancellationToken cancellationToken)
    {
        await NetworksAsync(sender);
        await sender.SendAsync(count: 2_000, connections: 2, seed: 0, cancellationToken);
    }

    private static async Task TearDownAsync(HostileHost host, Sender sender, CancellationToken cancellationToken)
    {
        foreach (var method in new[] { "NetworkDriver.Leave", "NetworkDriver.DeleteEndpoint" })
            await sender.PostAllAsync(host.Remembered("attachments"),
                endpoint => HostileRequest.Post("tear-down", method, $$"""{"NetworkID":"aa00","EndpointID":"{{endpoint}}"}"""));

        await sender.ReleaseAsync(keep: 0, cancellationToken);
        await sender.PostAllAsync(host.Remembered("networks"),
            network => HostileRequest.Post("tear-down", "NetworkDriver.DeleteNetwork", $$"""{"NetworkID":"{{network}}"}"""));
    }

    // Threads of the pool and garbage go by themselves, but not at once.
    private static async Task<DaemonLook> AtRestAsync(HostileHost host, DaemonLook? earlier, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        DaemonLook look;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            look = DaemonLook.At(host.ProcPath);
        }
        while (clock.Elapsed < (earlier is null ? TimeSpan.FromSeconds(6) : TimeSpan.FromSeconds(40))
            && (earlier is null || look.HasGrownSince(earlier)));

        return look;
    }

    private async Task TraceAsync(HostileHost host, Sender sender, CancellationToken cancellationToken)
    {
        const string Trace = "/run/bridge-test/trace";
        if ((await host.OutputAsync(["sh", "-c", "command -v strace"], cancellationToken)).Length == 0)
        {
            Console.WriteLine("strace is missing: system calls are not looked at");
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tracing = host.TraceAsync(Trace, SystemCalls.Traced, enough.Token);
        await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        await sender.SendAsync(Math.Min(TracedRequests, options.Requests), options.Connections, options.Seed + 2, cancellationToken);
        await host.OutputAsync(["sh", "-c", "kill -INT $(pidof strace)"], cancellationToken);
        await tracing;
        var (strange, looked) = SystemCalls.Read(File.ReadLines(host.PathOf(Trace), Encoding.Latin1));
        Console.WriteLine($"{looked} of the daemon's own system calls looked at");
        foreach (var line in strange)
            _findings.Add($"a system call where the daemon has no business: {line}", "some request of the sample");
    }

    private async Task CheckLifeAsync(HostileHost host, CancellationToken cancellationToken)
    {
        if (!host.IsAlive)
        {
            _findings.Add($"the daemon has ended\n{host.Log}", "the last ones");
            return;
        }

        using var connection = new HostileConnection(await host.ConnectAsync(cancellationToken));
        var status =
            (await connection.AskAsync(HostileRequest.Frame("POST", "Bridge.Status", []), answers: 1, TimeSpan.FromSeconds(10)))[0];
        using var document = JsonDocument.Parse(status.Body);
        if (new[] { "networks", "endpoints", "pendingCleanups" }.Any(list => document.RootElement.GetProperty(list).GetArrayLength() > 0))
            _findings.Add($"attachments are left: {status.Body}", "all of it");
    }

    private void Report(HostileHost host, TimeSpan duration, DaemonLook before, DaemonLook after)
    {
        _traffic.WriteTo(Console.Out);
        Console.WriteLine(
            $"{options.Requests} requests in {duration.TotalSeconds:0} s, {options.Requests / duration.TotalSeconds:0} a second");
        Console.WriteLine($"after the first tenth: {before}");
        Console.WriteLine($"at the end:            {after}");
        _findings.WriteTo(Console.Out);
        if (_findings.Count > 0)
            Console.WriteLine(string.Join('\n', host.Log.Split('\n').TakeLast(40)));

        Console.WriteLine(_findings.Count == 0 ? "no findings" : $"{_findings.Count} findings");
    }
}
