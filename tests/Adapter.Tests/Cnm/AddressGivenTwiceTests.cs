using System.Text.Json.Nodes;
using CniInvoker.Tests;

namespace Adapter.Tests.Cnm;

/// <summary>The store of an IPAM plugin is lost, and it hands out again what running containers have.</summary>
public sealed class AddressGivenTwiceTests : IAsyncLifetime
{
    private const string First = "e1";
    private const string Second = "e2";

    private readonly ScriptedNetworks _networks = new();
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.
    private DockerCalls _docker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Attaching needs root: namespaces are made.");
        _daemon = await ServingDaemon.StartAsync(settings => settings with { PluginDirectories = [_networks.Plugins] });
        ScriptedNetworks.WriteConflists(_daemon.WriteConflist);
        _docker = new DockerCalls(_daemon.PostAsync);
        await _docker.CreateNetworksAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _networks.Dispose();
    }

    [Fact]
    public async Task The_second_container_is_refused_and_undone_and_the_first_keeps_its_address()
    {
        var first = await _docker.CreateEndpointAsync(First);
        _networks.ForgetGiven();

        var second = await _docker.CreateEndpointAsync(Second);

        ErrorOf(first).Should().BeNull();
        ErrorOf(second).Should().StartWith("CNI network \"now\" gave the address 10.78.0.2, which a container with endpoint e1 has already");
        _networks.Store.Should().Equal($"{First}-chain");
        File.Exists(Path.Combine(_daemon.Settings.StateDirectory, "attachments", $"{Second}.json")).Should().BeFalse();
    }

    [Fact]
    public async Task Its_undoing_is_told_no_address_by_which_it_could_take_the_rules_of_the_first()
    {
        var told = Path.Combine(_daemon.Settings.StateDirectory, "told");
        _networks.WriteChain(delete: $"cat > '{told}'");
        await _docker.CreateEndpointAsync(First);
        _networks.ForgetGiven();

        await _docker.CreateEndpointAsync(Second);

        (await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken)).Should().Contain("prevResult").And.NotContain("10.78.0.2");
    }

    [Fact]
    public async Task Of_two_that_start_together_one_gets_the_address()
    {
        var calls = new List<Task<string>>();
        using (_networks.Hold("chain", "ADD"))
        {
            calls.Add(_docker.CreateEndpointAsync(First));
            await Eventually.TrueAsync(() => _networks.Given == 1, "the first one has an address");
            _networks.ForgetGiven();
            calls.Add(_docker.CreateEndpointAsync(Second));
            await Eventually.TrueAsync(() => _networks.Given == 1, "the second one has it too");
        }

        var answers = await Task.WhenAll(calls);

        answers.Count(answer => ErrorOf(answer) is null).Should().Be(1);
        _networks.Store.Should().ContainSingle();
    }

    [Fact]
    public async Task A_MAC_that_another_container_has_is_refused_and_undone()
    {
        const string Mac = "02:42:0a:4e:00:07";
        ErrorOf(await _docker.CreateEndpointAsync(First, mac: Mac)).Should().BeNull();

        var second = await _docker.CreateEndpointAsync(Second, mac: Mac);

        ErrorOf(second).Should().StartWith($"MAC {Mac} is taken on CNI network \"now\": a container with endpoint e1 has it");
        _networks.Store.Should().Equal($"{First}-chain");
    }

    private static string? ErrorOf(string answer) => (string?)JsonNode.Parse(answer)!["Err"];
}
