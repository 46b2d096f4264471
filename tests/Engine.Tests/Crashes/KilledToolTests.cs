using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Census;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// kill -9 of each firewall tool that the plugins run. portmap and firewall take that for a rule that does not exist, and succeed at DEL.
/// </summary>
public abstract class KilledToolTests(KilledToolHost engine) : EngineTest(engine)
{
    protected const string Killed = "Nothing is left: a firewall tool killed";

    protected KilledToolHost Engine { get; } = engine;

    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(20);

    [Feature(Killed)]
    [Fact(Timeout = Deadline.Long)]
    public async Task Nothing_is_left_whichever_firewall_tool_is_killed_during_a_removal()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        string[] names = [.. Enumerable.Range(1, Engine.RunsAtRemoval).Select(number => $"web{number}")];
        await Parallel.ForEachAsync(
            names, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation },
            async (name, _) => await RunContainerAsync(name, "--publish", "80"));
        var ids = (await StatusView.OfAsync(Host, Cancellation)).Endpoints
            .ToDictionary(endpoint => endpoint.ContainerName!, endpoint => endpoint.ContainerId);
        foreach (var (index, name) in names.Index())
            Engine.Kill(index + 1, ids[name]);

        await RemoveAsync(names);

        var changes = await ChangesSinceAsync(census);
        string[] killed =
        [
            .. from id in names.Select(name => ids[name])
               let command = Engine.EndKilling(id)
               where command is not null
               select $"{id}: {command}",
        ];
        killed.Should().NotBeEmpty();
        changes.Should().BeEmpty($"the killed tools were\n{string.Join('\n', killed)}");
    }

    protected async Task<IReadOnlyList<string>> ChangesSinceAsync(HostCensus census) =>
        [.. (await Host.ChangesSinceAsync(census, BackgroundPatience, change => !IsFallback(change), Cancellation))
            .Where(change => !IsFallback(change))];

    // A plugin that cannot use iptables at ADD makes tables of nftables, and leaves them for its next container. Only rules name a
    // container.
    private static bool IsFallback(string change) =>
        (change.Contains(" cni_hostport ", StringComparison.Ordinal)
            || change.Contains(" cni_plugins_masquerade ", StringComparison.Ordinal))
        && !change.Contains(" dport ", StringComparison.Ordinal) && !change.Contains(" saddr ", StringComparison.Ordinal);
}

[Plugin("bridge", "host-local", "portmap", "firewall")]
[Long]
public sealed class KilledIptablesTests(KilledIptablesHost engine) : KilledToolTests(engine), IClassFixture<KilledIptablesHost>
{
    // Few runs at a start are unlike the others, and there are many.
    private const int LongestStride = 7;

    [Feature(Killed)]
    [Fact(Timeout = Deadline.Long)]
    public async Task A_start_fails_or_is_complete_and_nothing_is_left_whichever_firewall_tool_is_killed_during_it()
    {
        var census = await CensusAfterOneContainerAsync("--publish", "80");
        var killed = new List<string>();
        var stride = Math.Min(Stride.Length, LongestStride);
        for (var number = 1 + (Stride.First % stride); ; number += stride)
        {
            Engine.Kill(number);
            var run = await TryDockerAsync(
                ["run", "--detach", "--name", "web", "--network", Network, "--publish", "8080:80", Image, .. WebServer]);
            if (run.Succeeded)
                (await Host.FromNeighbour.GetAsync(TestHost.Address, 8080, Cancellation)).Should().Be(Page);

            await RemoveAsync("web");
            if (Engine.EndKilling() is not { } command)
                break;

            killed.Add($"{number}: {command}");
        }

        (await ChangesSinceAsync(census)).Should().BeEmpty($"the killed tools were\n{string.Join('\n', killed)}");
    }
}

[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class KilledLegacyIptablesTests(KilledLegacyIptablesHost engine)
    : KilledToolTests(engine), IClassFixture<KilledLegacyIptablesHost>;

[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class KilledNftTests : KilledToolTests, IClassFixture<KilledNftHost>
{
    public KilledNftTests(KilledNftHost engine) : base(engine) =>
        Assert.SkipUnless(HasNewPlugins, "plugin: its Debian has stock plugins without this back end");
}
