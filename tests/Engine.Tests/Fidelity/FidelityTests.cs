using Bridge.Engine.Tests.Views;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Engines;
using Bridge.TestHosts.Pods;

namespace Bridge.Engine.Tests.Fidelity;

/// <summary>
/// A container on a CNI network has what a pod on the same network has. The pod is made by containerd, which does not know cnm-cni:
/// it is the oracle. What differs is printed.
/// </summary>
[Long]
public sealed class FidelityTests(FidelityHost engine) : EngineTest(engine), IClassFixture<FidelityHost>
{
    private const string Directory = "/etc/cni/net.d";
    // The kernel gives a link its link-local address in its own time, and before Docker 28 the arrival is finished after `docker run`.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private const string LikeAPod = "Pods: a container has what a pod has: addresses, routes, rules, sysctls";

    private const string Checked = "True answers: CHECK";

    private const string NoIPv6 = "Docker switches IPv6 off on an interface for which it has no IPv6 address.";

    private static readonly (string Fact, string Reason)[] WithoutIPv6 =
    [
        ("ipv6/conf/eth0/disable_ipv6", NoIPv6),
        ("LINK-LOCAL", NoIPv6),
        ("fe80::/64", NoIPv6),
        ("ff00::/8", NoIPv6),
        ("local ::1 dev lo", NoIPv6),
    ];

    private static readonly (string Fact, string Reason)[] WithIPv6 =
    [
        ("inet6 OWN", "Docker adds an address without waiting for anybody to claim it (nodad)."),
    ];

    public static IEnumerable<TheoryDataRow<string>> Names => Chains.All.Select(chain =>
        chain.PluginTypes.Aggregate(new TheoryDataRow<string>(chain.Name), (row, plugin) => row.WithTrait(ReportTraits.Plugin, plugin)));

    [Feature(LikeAPod)]
    [Theory]
    [MemberData(nameof(Names))]
    [Case(50, "real-chain")]
    public async Task A_container_has_the_same_network_configuration_as_a_pod(string chainName)
    {
        var chain = await ConfigureAsync(chainName);
        var (container, pod) = chain.OneAtATime ? await OneAfterTheOtherAsync(chain) : await SideBySideAsync(chain);

        var differences = container.DifferencesFrom(pod, "the container", "the pod");

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', differences));
        differences.Where(difference => !IsExpected(chain, difference)).Should().BeEmpty();
        var met =
            ExpectedDifferences(chain).Where(
                expected => differences.Any(difference => difference.Contains(expected.Fact, StringComparison.Ordinal)));
        Except(LikeAPod, met.Select(expected => expected.Reason));
    }

    [Feature("True answers: `docker inspect`, container and CNI result agree")]
    [Feature(Checked)]
    [Theory]
    [MemberData(nameof(Names))]
    [Case(50, "real-chain", Libcni = "does not move interfaces; its CHECK and DEL miss one that was moved",
        Ours = "CHECK passes where the interface has gone, and DEL leaves the host as it was, also when the container's namespace is gone")]
    public async Task Container_CNI_result_and_docker_inspect_agree_CHECK_passes_and_nothing_is_left(string chainName)
    {
        var chain = await ConfigureAsync(chainName);
        await StartAsync(chain);

        var facts = await SandboxFacts.OfContainerAsync(Host, "web", [], Cancellation);
        var docker = await DockerView.OfAsync(Host, "web", chain.Name, Cancellation);
        var bridge = (await StatusView.OfAsync(Host, Cancellation)).EndpointOf(docker.EndpointId);
        var check = await Host.BridgeAsync(["check", "web"], Cancellation);
        await Eventually.IsTrueAsync(token => HasSettledAsync(chain.Bridge, token), Settling * 2, Cancellation);
        await DockerAsync("rm", "--force", "web");

        var result = bridge.Result!["ips"]!.AsArray().Select(ip => (string)ip!["address"]!).ToList();
        facts.Addresses.Should().BeEquivalentTo(result);
        bridge.Addresses.Should().BeEquivalentTo(result);
        if (chain.HasIPv4)
            result.Should().Contain(address => address.StartsWith($"{docker.Address}/", StringComparison.Ordinal));

        var obstacle = chain.CheckFails ?? (HasNewPlugins ? null : chain.OldCheckFails);
        check.Succeeded.Should().Be(obstacle is null, $"{check} {obstacle}");
        Except(Checked, obstacle is null ? [] : [obstacle]);

        // What plugins make once and keep is there since that container.
        var census = await Host.CensusAsync(Cancellation);
        await DockerAsync("run", "--rm", "--network", chain.Name, Image, "true");
        await AssertNothingIsLeftSinceAsync(census);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var chain in Chains.All.Select(chain => chain.Name))
            await Host.DockerAsync(["network", "rm", chain], CancellationToken.None);
    }

    // Duplicate address detection of the bridge's IPv6 address has ended; the kernel makes its local route when that is certain.
    private async Task<bool> HasSettledAsync(string bridge, CancellationToken cancellationToken)
    {
        var tentative = await Host.RunAsync(["ip", "-6", "-o", "address", "show", "dev", bridge, "tentative"], cancellationToken);
        return tentative.StandardOutput.Trim().Length == 0;
    }

    private async Task<Chain> ConfigureAsync(string chainName)
    {
        var chain = Chains.All.Single(candidate => candidate.Name == chainName);
        Assert.SkipWhen(
            Host.Engine < EngineVersion.V28 && !chain.HasIPv4,
            "engine: Docker before 28 knows gateways by IPv4 alone, and gives a container without one docker_gwbridge and no default " +
            "route for IPv6");
        Assert.SkipUnless(HasNewPlugins || !chain.IsNew, "engine: its Debian has stock plugins that are too old for this chain");
        foreach (var other in System.IO.Directory.GetFiles(Host.PathOf(Directory)))
            File.Delete(other);

        await File.WriteAllTextAsync(Host.PathOf($"{Directory}/10-{chain.Name}.conflist"), chain.Conflist, Cancellation);
        await DockerAsync(["network", "create", .. chain.CreateOptions]);
        return chain;
    }

    private async Task StartAsync(Chain chain) =>
        await DockerAsync(["run", "--detach", "--name", "web", "--network", chain.Name, Image, .. WebServer]);

    private async Task AwaitPodNetworkAsync(Chain chain)
    {
        var isRead = await Eventually.IsTrueAsync(token => Host.Pods.AttachesToAsync(chain.Name, token), Cancellation);
        isRead.Should().BeTrue("containerd reads a changed configuration again");
    }

    private async Task<(SandboxFacts Container, SandboxFacts Pod)> SideBySideAsync(Chain chain)
    {
        await StartAsync(chain);
        await AwaitPodNetworkAsync(chain);
        var pod = await RunPodAsync("oracle");
        SandboxFacts? container = null, oracle = null;

        await Eventually.IsTrueAsync(
            async token =>
            {
                container = await SandboxFacts.OfContainerAsync(Host, "web", chain.Sysctls, token);
                oracle = await SandboxFacts.OfPodAsync(Host, pod, chain.Sysctls, token);
                return container.DifferencesFrom(oracle, "", "").All(difference => IsExpected(chain, difference));
            },
            Settling * 2,
            Cancellation);
        return (container!, oracle!);
    }

    private async Task<(SandboxFacts Container, SandboxFacts Pod)> OneAfterTheOtherAsync(Chain chain)
    {
        await AwaitPodNetworkAsync(chain);
        var pod = await Host.Pods.RunAsync("oracle", WebServer, Cancellation);
        SandboxFacts oracle;
        try
        {
            await Task.Delay(Settling, TimeProvider.System, Cancellation);
            oracle = await SandboxFacts.OfPodAsync(Host, pod, chain.Sysctls, Cancellation);
        }
        finally
        {
            await pod.RemoveAsync(CancellationToken.None);
        }

        await StartAsync(chain);
        await Task.Delay(Settling, TimeProvider.System, Cancellation);
        return (await SandboxFacts.OfContainerAsync(Host, "web", chain.Sysctls, Cancellation), oracle);
    }

    private static bool IsExpected(Chain chain, string difference) =>
        ExpectedDifferences(chain).Any(expected => difference.Contains(expected.Fact, StringComparison.Ordinal));

    private static IEnumerable<(string Fact, string Reason)> ExpectedDifferences(Chain chain) =>
        chain.Differences.Concat(chain.HasIPv6 ? WithIPv6 : WithoutIPv6);
}
