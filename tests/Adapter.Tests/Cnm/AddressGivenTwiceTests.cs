using System.Text.Json.Nodes;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>The store of an IPAM plugin is lost, and it hands out again what running containers have.</summary>
public sealed class AddressGivenTwiceTests : ServingDaemonTest
{
    private const string First = "e1";
    private const string Second = "e2";

    [Fact]
    public async Task A_second_container_with_the_same_address_is_refused_and_cleaned_up_and_the_first_keeps_it()
    {
        var first = await Docker.CreateEndpointAsync(First);
        Networks.ForgetGiven();

        var second = await Docker.CreateEndpointAsync(Second);

        ErrorOf(first).Should().BeNull();
        ErrorOf(second).Should().StartWith(
            "CNI network \"now\" gave the address 10.78.0.2, which a container with endpoint e1 has already");
        Networks.Store.Should().Equal($"{First}-chain");
        File.Exists(Path.Combine(Daemon.Settings.PresentRecords, "attachments", $"{Second}.json")).Should().BeFalse();
    }

    [Fact]
    public async Task The_DEL_of_the_second_container_gets_no_address_that_would_remove_rules_of_the_first()
    {
        var told = Path.Combine(Daemon.Settings.StateDirectory, "told");
        Networks.WriteChain(delete: $"cat > '{told}'");
        await Docker.CreateEndpointAsync(First);
        Networks.ForgetGiven();

        await Docker.CreateEndpointAsync(Second);

        (await File.ReadAllTextAsync(told, Cancellation)).Should().Contain("prevResult").And.NotContain("10.78.0.2");
    }

    [Fact]
    public async Task Of_two_that_start_together_one_gets_the_address()
    {
        var calls = new List<Task<string>>();
        using (Networks.Hold("chain", "ADD"))
        {
            calls.Add(Docker.CreateEndpointAsync(First));
            await Eventually.TrueAsync(() => Networks.Given == 1, "the first one has an address");
            Networks.ForgetGiven();
            calls.Add(Docker.CreateEndpointAsync(Second));
            await Eventually.TrueAsync(() => Networks.Given == 1, "the second one has it too");
        }

        var answers = await Task.WhenAll(calls);

        answers.Count(answer => ErrorOf(answer) is null).Should().Be(1);
        Networks.Store.Should().ContainSingle();
    }

    [Fact]
    public async Task A_MAC_that_another_container_has_is_refused_and_cleaned_up()
    {
        const string Mac = "02:42:0a:4e:00:07";
        ErrorOf(await Docker.CreateEndpointAsync(First, mac: Mac)).Should().BeNull();

        var second = await Docker.CreateEndpointAsync(Second, mac: Mac);

        ErrorOf(second).Should().StartWith($"MAC {Mac} is taken on CNI network \"now\": a container with endpoint e1 has it");
        Networks.Store.Should().Equal($"{First}-chain");
    }

    private static string? ErrorOf(string answer) => (string?)JsonNode.Parse(answer)!["Err"];
}
