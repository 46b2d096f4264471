using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>Docker is answered before DEL, and nobody gets what a container has until its DEL has ended.</summary>
public sealed class DeferredReleaseTests : ServingDaemonTest
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    // The names of their links are made of these.
    private readonly string _e1 = Id();
    private readonly string _e2 = Id();
    private readonly string _e3 = Id();

    private protected override AdapterSettings Change(AdapterSettings settings) =>
        settings with { Release = new ReleaseSettings { Pending = 2, Parallel = 1 } };

    [Fact]
    public async Task Docker_is_answered_while_the_plugins_still_delete()
    {
        await Docker.CreateEndpointAsync(_e1);
        using (Networks.Hold("chain", "DEL"))
        {
            (await RemoveAsync(_e1)).Should().Be("{}");

            await Networks.RunsAsync("DEL chain");
            Networks.Store.Should().ContainSingle();
            (await StateAsync(_e1)).Should().Be("deleting");
        }

        await SettledAsync();
        Networks.Store.Should().BeEmpty();
        (await StateAsync(_e1)).Should().BeNull();
    }

    [Fact]
    public async Task A_repeated_removal_is_answered_too_and_deletes_once()
    {
        await Docker.CreateEndpointAsync(_e1);
        using (Networks.Hold("chain", "DEL"))
        {
            await RemoveAsync(_e1);
            (await RemoveAsync(_e1)).Should().Be("{}");
        }

        await SettledAsync();
        Networks.Runs.Count(run => run == "DEL chain").Should().Be(1);
    }

    [Fact]
    public async Task The_address_is_released_after_the_chain()
    {
        var address = await AttachAheadAsync(_e1);
        await Docker.EndpointAsync("Leave", _e1, DockerCalls.Ahead);
        using (Networks.Hold("chain", "DEL"))
        {
            await RemoveAsync(_e1, DockerCalls.Ahead);
            (await Docker.ReleaseAddressAsync(address)).Should().Be("{}");
            await Networks.RunsAsync("DEL chain");
            Networks.Runs.Should().NotContain("DEL reserve");
        }

        await SettledAsync();
        Networks.Runs[^2..].Should().Equal("DEL chain", "DEL reserve");
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task Another_container_does_not_wait()
    {
        var address = await AttachAheadAsync(_e1);
        using var hold = Networks.Hold("chain", "DEL");
        await RemoveAsync(_e1, DockerCalls.Ahead);
        await Docker.ReleaseAddressAsync(address);

        var other = await AttachAheadAsync(_e2);

        other.Should().NotBe(address);
        hold.Dispose();
        await ReleaseAsync(_e2, other);
        await SettledAsync();
    }

    [Fact]
    public async Task Who_wants_the_same_address_waits_for_that_release_alone()
    {
        var (first, second) = (await AttachAheadAsync(_e1), await AttachAheadAsync(_e2));
        Networks.WriteChain(
            delete: $"given=$(cat); while [ -e {Networks.Plugins}/wait ] && echo $given | grep -q 10.77.0.3/; do sleep 0.02; done");
        await File.WriteAllTextAsync($"{Networks.Plugins}/wait", "", Cancellation);
        await ReleaseAsync(_e2, second);
        await Networks.RunsAsync("DEL chain");
        await ReleaseAsync(_e1, first); // Its turn comes after the other's.

        AddressIn(await Docker.RequestAddressAsync(first)).Should().Be(first);

        Networks.Runs.Count(run => run == "DEL reserve").Should().Be(1);
        File.Delete($"{Networks.Plugins}/wait");
        await SettledAsync();
    }

    [Fact]
    public async Task A_wanted_address_is_not_given_before_its_release_has_ended()
    {
        var address = await AttachAheadAsync(_e1);
        Task<string> requested;
        using (Networks.Hold("reserve", "DEL"))
        {
            await ReleaseAsync(_e1, address);
            requested = Docker.RequestAddressAsync(address);
            await Task.Delay(Moment, Cancellation);
            requested.IsCompleted.Should().BeFalse();
        }

        AddressIn(await requested).Should().Be(address);
    }

    [Fact]
    public async Task A_pool_that_runs_short_waits_for_the_pending_releases()
    {
        var address = await AttachAheadAsync(_e1);
        Networks.WriteReserve(add: "[ $number = 2 ] || { rmdir */10.77.0.$number; echo '{\"code\":100,\"msg\":\"no address\"}'; exit 1; }");
        Task<string> requested;
        using (Networks.Hold("chain", "DEL"))
        {
            await ReleaseAsync(_e1, address);
            requested = Docker.RequestAddressAsync();
            await Networks.RunsAsync("ADD reserve", times: 2);
        }

        AddressIn(await requested).Should().Be(address);
    }

    [Fact]
    public async Task Beyond_the_bound_a_removal_waits_for_its_plugins()
    {
        foreach (var endpoint in new[] { _e1, _e2, _e3 })
            await Docker.CreateEndpointAsync(endpoint);

        Task<string> third;
        using (Networks.Hold("chain", "DEL"))
        {
            await RemoveAsync(_e1);
            await RemoveAsync(_e2);
            third = RemoveAsync(_e3);
            await Networks.RunsAsync("DEL chain", times: 2);
            await Task.Delay(Moment, Cancellation);
            third.IsCompleted.Should().BeFalse();
        }

        (await third).Should().Be("{}");
        await SettledAsync();
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task A_network_is_removed_after_the_releases_of_its_containers()
    {
        await Docker.CreateEndpointAsync(_e1);
        Task<(int, string Body)> removed;
        using (Networks.Hold("chain", "DEL"))
        {
            await RemoveAsync(_e1);
            removed = Daemon.PostAsync("NetworkDriver.DeleteNetwork", $$"""{"NetworkID":"{{DockerCalls.Now}}"}""");
            await Task.Delay(Moment, Cancellation);
            removed.IsCompleted.Should().BeFalse();
        }

        (await removed).Body.Should().Be("{}");
        Networks.Store.Should().BeEmpty();
    }

    [Fact]
    public async Task Settle_reports_what_is_still_pending_at_its_timeout()
    {
        await Docker.CreateEndpointAsync(_e1);
        using var hold = Networks.Hold("chain", "DEL");
        await RemoveAsync(_e1);

        (await SettleAsync(0.2)).Should().ContainSingle().Which.Should().Contain(_e1[..12]);
    }

    [Fact]
    public async Task Plugins_in_the_background_run_with_the_lower_priority_of_the_settings()
    {
        var nice = Path.Combine(Daemon.Settings.RunDirectory, "nice");
        Networks.WriteChain(add: $"cut -d' ' -f19 /proc/self/stat > {nice}.add", delete: $"cut -d' ' -f19 /proc/self/stat > {nice}.del");
        await Docker.CreateEndpointAsync(_e1);
        await RemoveAsync(_e1);
        await SettledAsync();

        (await PriorityAsync($"{nice}.del") - await PriorityAsync($"{nice}.add")).Should().Be(5);
    }

    [Fact]
    public async Task A_failed_release_is_retried_and_its_address_stays_taken()
    {
        var address = await AttachAheadAsync(_e1);
        Networks.WriteChain(delete: "[ -e allowed ] || exit 1");
        await ReleaseAsync(_e1, address);

        (await SettleAsync(0.5)).Should().NotBeEmpty();
        Networks.Runs.Should().NotContain("DEL reserve");
        AddressIn(await Docker.RequestAddressAsync()).Should().NotBe(address);
        Networks.WriteChain();
        await SettledAsync();
    }

    // Not hexadecimal, as Docker's are: tests of repair look for links that are named after those.
    private static string Id() => $"x{Random.Shared.NextInt64():x15}";

    private static async Task<int> PriorityAsync(string file) =>
        int.Parse(await File.ReadAllTextAsync(file, Cancellation), CultureInfo.InvariantCulture);

    private async Task ReleaseAsync(string endpoint, string address)
    {
        await Docker.EndpointAsync("Leave", endpoint, DockerCalls.Ahead);
        await RemoveAsync(endpoint, DockerCalls.Ahead);
        await Docker.ReleaseAddressAsync(address);
    }

    private async Task<string> AttachAheadAsync(string endpoint)
    {
        var address = AddressIn(await Docker.RequestAddressAsync());
        await Docker.CreateEndpointAsync(endpoint, DockerCalls.Ahead, address);
        (await Docker.JoinAsync(endpoint, DockerCalls.Ahead)).Should().NotContain("\"Err\"");
        return address;
    }

    private Task<string> RemoveAsync(string endpoint, string network = DockerCalls.Now) =>
        Docker.EndpointAsync("DeleteEndpoint", endpoint, network);

    private async Task SettledAsync() => (await SettleAsync(10)).Should().BeEmpty();

    private async Task<string[]> SettleAsync(double seconds)
    {
        var (_, body) = await Daemon.PostAsync("Bridge.Settle", $$"""{"timeout":{{JsonSerializer.Serialize(seconds)}}}""");
        return [.. JsonNode.Parse(body)!["pending"]!.AsArray().Select(line => (string)line!)];
    }

    private async Task<string?> StateAsync(string endpoint)
    {
        var (_, body) = await Daemon.PostAsync("Bridge.Status", "");
        var found = JsonNode.Parse(body)!["endpoints"]!.AsArray().FirstOrDefault(one => (string)one!["endpointId"]! == endpoint);
        return (string?)found?["state"];
    }

    private static string AddressIn(string answer) =>
        (string?)JsonNode.Parse(answer)!["Address"] ?? throw new InvalidOperationException(answer);
}
