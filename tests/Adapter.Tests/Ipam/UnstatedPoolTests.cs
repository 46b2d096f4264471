using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Ipam;

/// <summary>Docker's IPAM calls for a network whose subnet only its IPAM plugin knows, a script that gives IPv4 alone.</summary>
public sealed class UnstatedPoolTests : IAsyncLifetime
{
    private const string Mac = "02:42:00:00:00:01";

    private readonly string _directory = Directory.CreateTempSubdirectory("unstated").FullName;
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reserving needs root: an IPAM plugin is told a network namespace.");
        var plugin = Path.Combine(_directory, "calico-ipam");
        await File.WriteAllTextAsync(plugin, $$"""
            #!/bin/sh
            echo $CNI_COMMAND $CNI_ARGS >> {{_directory}}/asked
            [ $CNI_COMMAND = DEL ] || echo '{"cniVersion":"0.3.1","ips":[{"version":"4","address":"192.168.7.9/32"}]}'
            """);
        File.SetUnixFileMode(plugin, (UnixFileMode)0b111_101_101);
        _daemon = await ServingDaemon.StartAsync(settings => settings with { PluginDirectories = [_directory] });
        _daemon.WriteConflist("10-calico.conflist", """
            { "cniVersion": "0.3.1", "name": "k8s-pod-network", "plugins": [{ "type": "calico", "ipam": { "type": "calico-ipam" } }] }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("""{"Options":{"cni.network":"k8s-pod-network"}}""", "0.0.0.0/0", "169.254.1.1/0")]
    [InlineData("""{"Pool":"0.0.0.0/0"}""", "0.0.0.0/0", "169.254.1.1/0")]
    [InlineData("""{"Pool":"::/0","V6":true}""", "::/0", "::/0")]
    public async Task The_pool_contains_every_address_and_has_the_gateway_that_is_known(string request, string pool, string gateway)
    {
        for (var time = 0; time < 2; time++)
        {
            var answer = await AskAsync("RequestPool", request);

            ((string)answer["Pool"]!).Should().Be(pool);
            ((string)answer["Data"]!["com.docker.network.gateway"]!).Should().Be(gateway);
        }
    }

    [Fact]
    public async Task The_IPv6_pool_must_be_named_because_Docker_would_look_for_another_without_end()
    {
        var refusal = await AskAsync("RequestPool", """{"Options":{"cni.network":"k8s-pod-network"},"V6":true}""");

        ((string)refusal["Error"]!).Should().Contain("--ipv6 --subnet 0.0.0.0/0 --gateway 169.254.1.1 --subnet ::/0 NETWORK");
    }

    [Fact]
    public async Task Another_subnet_is_refused()
    {
        var refusal = await AskAsync("RequestPool", """{"Pool":"192.168.0.0/16","Options":{"cni.network":"k8s-pod-network"}}""");

        ((string)refusal["Error"]!).Should()
            .Contain("does not agree with CNI network \"k8s-pod-network\"").And.Contain("--subnet 0.0.0.0/0");
    }

    [Fact]
    public async Task The_plugins_address_is_answered_as_it_gives_it_and_released_by_it()
    {
        var answer = await AskAsync("RequestAddress", Request("0.0.0.0/0", "192.168.7.9"));
        ((string)answer["Address"]!).Should().Be("192.168.7.9/32");

        await AskAsync("ReleaseAddress", """{"PoolID":"k8s-pod-network/0.0.0.0/0","Address":"192.168.7.9"}""");

        await Eventually.TrueAsync(() => Reservations.Length == 0, "the reservation is released");
        (await File.ReadAllLinesAsync(Path.Combine(_directory, "asked"), TestContext.Current.CancellationToken)).Should()
            .BeEquivalentTo($"ADD IgnoreUnknown=1;MAC={Mac};IP=192.168.7.9", $"DEL IgnoreUnknown=1;MAC={Mac};IP=192.168.7.9");
    }

    [Fact]
    public async Task A_family_that_the_plugin_does_not_give_is_refused_in_words_and_nothing_stays_reserved()
    {
        var refusal = await AskAsync("RequestAddress", Request("::/0", ""));

        ((string)refusal["Error"]!).Should().Be(
            "CNI network \"k8s-pod-network\" gave no IPv6 address, but 192.168.7.9. Create the Docker network again, without --ipv6.");
        Reservations.Should().BeEmpty();
    }

    private string[] Reservations => Directory.GetFiles(Path.Combine(_daemon.Settings.PresentRecords, "reservations"));

    private static string Request(string subnet, string address) =>
        $$$"""{"PoolID":"k8s-pod-network/{{{subnet}}}","Address":"{{{address}}}","Options":{"com.docker.network.endpoint.macaddress":"{{{Mac}}}"}}""";

    private async Task<JsonNode> AskAsync(string method, string request) =>
        JsonNode.Parse((await _daemon.PostAsync($"IpamDriver.{method}", request)).Body)!;
}
