using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>The test hosts themselves: they work without the bridge, and the machine is afterwards what it was before.</summary>
public sealed class TestHostTests
{
    private const int Patience = 60_000;

    private static readonly string[] Kinds = ["mnt", "net", "pid"];

    private static readonly string[] WebServer = ["httpd", "-f", "-p", "80", "-h", "/www"];

    private static readonly TestHostOptions Pods =
        new() { CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain } };

    public TestHostTests()
    {
        var missing = HostRequirements.Missing();
        Assert.SkipUnless(missing is null, missing ?? "");
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_runs_containers_and_pods()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var host = await TestHost.StartAsync(Pods, cancellationToken);

        (await host.DockerAsync(["run", "--detach", "--publish", "8080:80", "bridge-test", .. WebServer], cancellationToken)).EnsureSuccess();
        var pod = await host.Pods.RunAsync("web", WebServer, cancellationToken);

        (await host.FromNeighbour.GetAsync(TestHost.Address, 8080, cancellationToken)).Should().Be("served\n");
        (await host.FromHost.GetAsync(pod.Ip, 80, cancellationToken)).Should().Be("served\n");
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_has_the_engine_that_was_chosen()
    {
        var cancellationToken = TestContext.Current.CancellationToken;

        await using var host = await TestHost.StartAsync(new TestHostOptions(), cancellationToken);

        host.Engine.Should().Be((EngineTree.Chosen?.Engine ?? EngineVersion.OfMachine())!.Value);
        // Goes into the results: what these were results of.
        var versions = await host.RunAsync(["dpkg-query", "--show", .. HostRequirements.Packages], cancellationToken);
        TestContext.Current.AddAttachment("packages", versions.Output);
    }

    [Fact(Timeout = Patience)]
    public async Task Two_hosts_do_not_see_each_other()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var hosts = await Task.WhenAll(TestHost.StartAsync(Pods, cancellationToken), TestHost.StartAsync(Pods, cancellationToken));
        await using var one = hosts[0];
        await using var other = hosts[1];

        (await one.DockerAsync(["run", "--detach", "--name", "web", "bridge-test"], cancellationToken)).EnsureSuccess();

        (await other.DockerAsync(["ps", "--quiet"], cancellationToken)).EnsureSuccess().Output.Should().BeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task A_host_that_is_gone_leaves_nothing_on_the_machine()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        string name;
        IReadOnlyList<string> processes;
        await using (var host = await TestHost.StartAsync(Pods, cancellationToken))
        {
            name = host.Name;
            (await host.DockerAsync(["run", "--detach", "bridge-test"], cancellationToken)).EnsureSuccess();
            await host.Pods.RunAsync("web", WebServer, cancellationToken);
            processes = [.. ProcessesIn([.. Kinds.Select(kind => new FileInfo(host.PathOf($"/proc/1/ns/{kind}")).LinkTarget!)])];
        }

        Directory.GetDirectories(Path.GetTempPath(), name).Should().BeEmpty();
        Directory.GetDirectories("/sys/fs/cgroup", name, SearchOption.AllDirectories).Should().BeEmpty();
        (await File.ReadAllTextAsync("/proc/self/mountinfo", cancellationToken)).Should().NotContain("bridge-test");
        processes.Should().HaveCountGreaterThan(3);
        // Who had sent somebody into the host from outside learns of his end, and ends then.
        IReadOnlyList<string> left = [];
        await Eventually.IsTrueAsync(
            _ => Task.FromResult((left = [.. processes.Intersect(ProcessesIn(namespaces: null))]).Count == 0), TimeSpan.FromSeconds(5), cancellationToken);
        left.Should().BeEmpty();
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_crashed_run_left_is_removed_by_the_next()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var abandoned = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "bridge-test-999999999-1-abandoned"));

        await using var host = await TestHost.StartAsync(new TestHostOptions(), cancellationToken);

        Directory.Exists(abandoned.FullName).Should().BeFalse();
    }

    [Fact(Timeout = Patience)]
    public async Task A_hanging_command_is_stopped_when_it_is_cancelled()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        var hang = async () => await host.RunAsync(["sleep", "986"], deadline.Token);

        await hang.Should().ThrowAsync<OperationCanceledException>().WithMessage("*sleep 986*");
        (await Eventually.IsTrueAsync(
            async token => !(await host.RunAsync(["ps", "-A", "-o", "args"], token)).Output.Contains("sleep 986", StringComparison.Ordinal),
            TimeSpan.FromSeconds(5),
            TestContext.Current.CancellationToken)).Should().BeTrue();
    }

    // By number and start: the kernel gives the numbers of processes and of namespaces again, and other hosts come and go meanwhile.
    private static IEnumerable<string> ProcessesIn(IReadOnlyCollection<string>? namespaces) =>
        from process in Directory.GetDirectories("/proc")
        where char.IsDigit(Path.GetFileName(process)[0])
        where namespaces is null || Kinds.Any(kind => IfThere(() => new FileInfo($"{process}/ns/{kind}").LinkTarget) is { } one && namespaces.Contains(one))
        let start = IfThere(() => File.ReadAllText($"{process}/stat").Split(") ")[^1].Split(' ')[19])
        where start is not null
        select $"{process} since {start}";

    private static string? IfThere(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (IOException)
        {
            // The process ended while we looked.
            return null;
        }
    }
}
