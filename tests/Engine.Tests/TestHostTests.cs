using System.Net;
using System.Text.RegularExpressions;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>The test hosts themselves: they work without cnm-cni and leave the machine unchanged.</summary>
public sealed class TestHostTests
{
    private static readonly string[] Kinds = ["mnt", "net", "pid"];

    private static readonly string[] WebServer = ["httpd", "-f", "-p", "80", "-h", "/www"];

    // A driver in daily use: namespaces mounted where it keeps them and elsewhere, one on another; a file system mounted over others; files
    // of its state, its log and its units; a socket; and the lock of iptables, which a plugin holds just now.
    private const string MachineWithDriver = """
        mount -t tmpfs of-machine /run
        mkdir -p /run/cnm-cni/netns/of-machine "/run/of-machine namespaces" /run/docker/plugins
        touch /run/cnm-cni/netns/of-machine/{one,two} "/run/of-machine namespaces/three" /run/cnm-cni/of-machine.lock
        for path in /run/cnm-cni/netns/of-machine/{one,one,one,two} "/run/of-machine namespaces/three"; do
            mount --bind /proc/self/ns/net "$path"
        done
        mount -t tmpfs of-machine /run/cnm-cni/netns
        touch /run/cnm-cni/netns/four
        mount --bind /proc/self/ns/net /run/cnm-cni/netns/four
        mount -t tmpfs of-machine /srv
        touch /srv/five
        for _ in 1 2; do mount --bind /proc/self/ns/net /srv/five; done
        for directory in etc var/lib var/log var/cache dev/shm; do
            mkdir -p /run/of-machine/$directory/{upper,work}
            mount -t overlay -o \
                lowerdir=/$directory,upperdir=/run/of-machine/$directory/upper,workdir=/run/of-machine/$directory/work \
                of-machine /$directory
        done
        mkdir -p /var/lib/cnm-cni/attachments /var/lib/cnm-cni-up /var/cache/cnm-cni
        touch /var/lib/cnm-cni/attachments/of-machine.json /var/lib/cnm-cni-up/program /var/log/cnm-cni.log{,.1} \
            /var/cache/cnm-cni/of-machine /dev/shm/of-machine
        touch /etc/systemd/system/cnm-cni.{socket,service}
        # Both live as long as the host, whose standard input is theirs, and are no children of what becomes the host.
        (perl -e 'use Socket; socket($s, AF_UNIX, SOCK_STREAM, 0);
            bind($s, pack_sockaddr_un("/run/docker/plugins/of-machine.sock")); listen($s, 1);
            sysread STDIN, $_, 1' <&0 > /dev/null 2>&1 &)
        (flock /run/xtables.lock sh -c 'read -r _' <&0 > /dev/null 2>&1 &)
        """;

    private static readonly TestHostOptions Pods =
        new() { CniNetworks = new Dictionary<string, string> { [CniNetworks.FileName] = CniNetworks.StockChain } };

    public TestHostTests()
    {
        var missing = HostRequirements.Missing();
        Assert.SkipUnless(missing is null, missing ?? "");
    }

    [Fact]
    public async Task A_host_runs_containers_and_pods()
    {
        var cancellationToken = Cancellation;
        await using var host = await TestHost.StartAsync(Pods, cancellationToken);

        (await host.DockerAsync(
            ["run", "--detach", "--publish", "8080:80", "bridge-test", .. WebServer], cancellationToken)).EnsureSuccess();
        var pod = await host.Pods.RunAsync("web", WebServer, cancellationToken);

        (await host.FromNeighbour.GetAsync(TestHost.Address, 8080, cancellationToken)).Should().Be("served\n");
        (await host.FromHost.GetAsync(pod.Ip, 80, cancellationToken)).Should().Be("served\n");
    }

    [Fact]
    public async Task A_host_has_the_engine_that_was_chosen()
    {
        var cancellationToken = Cancellation;

        await using var host = await TestHost.StartAsync(new TestHostOptions(), cancellationToken);

        host.Engine.Should().Be((EngineTree.Chosen?.Engine ?? EngineVersion.OfMachine())!.Value);
        // Goes into the results: what these were results of.
        var versions = await host.RunAsync(["dpkg-query", "--show", .. HostRequirements.Packages], cancellationToken);
        TestContext.Current.AddAttachment("packages", versions.StandardOutput + await UnpackagedAsync(host, versions.StandardOutput));
    }

    // A tree that a person has made may have programs from elsewhere.
    private static async Task<string> UnpackagedAsync(TestHost host, string packaged)
    {
        var lines = "";
        foreach (var (package, program) in new[] { ("docker.io", "dockerd"), ("containerd", "containerd"), ("runc", "runc") })
        {
            if (!packaged.Contains($"{package}\t", StringComparison.Ordinal))
            {
                var version = (await host.RunAsync([program, "--version"], Cancellation)).StandardOutput;
                lines += $"{package}\t{Regex.Match(version, "[0-9]+[.][0-9]+[.][0-9]+[^ ,\n]*").Value}\n";
            }
        }

        return lines;
    }

    [Fact]
    public async Task Two_hosts_do_not_see_each_other()
    {
        var cancellationToken = Cancellation;
        var hosts = await Task.WhenAll(TestHost.StartAsync(Pods, cancellationToken), TestHost.StartAsync(Pods, cancellationToken));
        await using var one = hosts[0];
        await using var other = hosts[1];

        (await one.DockerAsync(["run", "--detach", "--name", "web", "bridge-test"], cancellationToken)).EnsureSuccess();

        (await other.DockerAsync(["ps", "--quiet"], cancellationToken)).EnsureSuccess().Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_host_that_has_ended_leaves_nothing_on_the_machine()
    {
        var cancellationToken = Cancellation;
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
        // A process outside that started one in the host learns of its end, and ends too.
        IReadOnlyList<string> left = [];
        await Eventually.IsTrueAsync(
            _ => Task.FromResult((left = [.. processes.Intersect(ProcessesIn(namespaces: null))]).Count == 0), cancellationToken);
        left.Should().BeEmpty();
    }

    // A driver in daily use: namespaces mounted where it keeps them and elsewhere, one on another, a file system mounted over others,
    // files of its state and its log, and a plugin that keeps the lock of iptables.
    [Fact]
    public async Task A_host_sees_nothing_of_a_driver_that_runs_on_the_machine()
    {
        var cancellationToken = Cancellation;
        await using var host =
            await TestHost.StartAsync(new TestHostOptions { StartEngine = false, Machine = MachineWithDriver }, cancellationToken);

        var seen = (await host.RunAsync(
            ["bash", "-c", """
                grep -F nsfs /proc/self/mountinfo
                find /run /dev/shm /var/log /var/lib /var/cache /etc -name '*of-machine*'
                ls -d /var/log/cnm-cni* /var/lib/cnm-cni-up /etc/systemd/system/cnm-cni.*
                ss -xlH | grep -F of-machine
                ps -A -o comm | grep -E 'perl|flock'
                find /sys/fs/cgroup -name 'of-machine*'
                flock --nonblock /run/xtables.lock true || echo locked
                """],
            cancellationToken)).StandardOutput;

        seen.Should().BeEmpty();
    }

    [Fact]
    public async Task A_server_of_a_host_is_reachable_from_the_machine_by_a_relay()
    {
        var cancellationToken = Cancellation;
        await using var host = await TestHost.StartAsync(new TestHostOptions { StartEngine = false }, cancellationToken);
        await using var server = host.FromHost.ServePage(8399, new string('x', 100_000), IPAddress.Loopback);
        using var client = new HttpClient();
        var url = new Uri("http://127.0.0.1:8399/");

        await using (host.FromHost.Relay(8399))
            (await Task.WhenAll(client.GetStringAsync(url, cancellationToken), client.GetStringAsync(url, cancellationToken)))
                .Should().AllSatisfy(page => page.Should().HaveLength(100_000));

        await client.Invoking(late => late.GetStringAsync(url, cancellationToken)).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task The_next_run_removes_what_remains_of_a_crashed_one()
    {
        var cancellationToken = Cancellation;
        var abandoned = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "bridge-test-999999999-1-abandoned"));

        await using var host = await TestHost.StartAsync(new TestHostOptions(), cancellationToken);

        Directory.Exists(abandoned.FullName).Should().BeFalse();
    }

    [Fact]
    public async Task A_hanging_command_is_stopped_when_it_is_cancelled()
    {
        await using var host = await TestHost.StartAsync(new TestHostOptions(), Cancellation);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        var hang = async () => await host.RunAsync(["sleep", "986"], deadline.Token);

        await hang.Should().ThrowAsync<OperationCanceledException>().WithMessage("*sleep 986*");
        (await Eventually.IsTrueAsync(
            async token => !(await host.RunAsync(["ps", "-A", "-o", "args"], token)).Output.Contains("sleep 986", StringComparison.Ordinal),
            Cancellation)).Should().BeTrue();
    }

    // By number and start: the kernel gives the numbers of processes and of namespaces again, and other hosts come and go meanwhile.
    private static IEnumerable<string> ProcessesIn(IReadOnlyCollection<string>? namespaces) =>
        from process in Directory.GetDirectories("/proc")
        where char.IsDigit(Path.GetFileName(process)[0])
        where namespaces is null
            || Kinds.Any(kind => IfThere(() => new FileInfo($"{process}/ns/{kind}").LinkTarget) is { } one && namespaces.Contains(one))
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
