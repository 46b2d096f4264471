using System.Globalization;
using Bridge.Engine.Tests.Hosts;
using Bridge.Engine.Tests.Views;
using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Engine.Tests.Crashes;

/// <summary>
/// A pod gets the address of a running container, because the address was removed from the IPAM plugin's store while cnm-cni was down.
/// </summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class ContestedAddressTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    /// <summary>Twice the repair interval.</summary>
    private static readonly TimeSpan BackgroundPatience = TimeSpan.FromSeconds(60);

    private string Store => Host.PathOf($"/var/lib/cni/networks/{CniNetworks.Name}");

    [Feature("Addresses: pods and containers never get the same one")]
    [Fact(Timeout = Deadline.Long)]
    public async Task An_address_that_a_pod_has_by_now_is_reported_with_the_pods_name_and_stays()
    {
        await RunContainerAsync("web");
        var file = await FileOfAsync("web");
        await Host.Bridge.StopAsync(Cancellation);
        File.Delete(file);
        await File.WriteAllTextAsync(Path.Combine(Store, "last_reserved_ip.0"), Before(Path.GetFileName(file)), Cancellation);
        var pod = await RunPodAsync("dns");
        pod.Ip.Should().Be(Path.GetFileName(file));
        await Host.Bridge.StartAsync(Cancellation);

        var status = await StatusAsync(text => text.Contains("contested-address", StringComparison.Ordinal));
        status.Should().ContainAll("pod default/dns", pod.Ip, "docker restart web");
        (await Host.BridgeAsync(["repair"], Cancellation)).ExitCode.Should().Be(1);
        (await File.ReadAllTextAsync(file, Cancellation)).Should().StartWith(pod.Id);

        await DockerAsync("restart", "--time", "1", "web");

        (await DockerView.OfAsync(Host, "web", Network, Cancellation)).Address.Should().NotBe(pod.Ip);
        (await StatusAsync(text => !text.Contains("contested-address", StringComparison.Ordinal))).Should().NotContain("contested-address");
        (await File.ReadAllTextAsync(file, Cancellation)).Should().StartWith(pod.Id);
    }

    private async Task<string> FileOfAsync(string container) =>
        Path.Combine(Store, (await DockerView.OfAsync(Host, container, Network, Cancellation)).Address);

    // Host-local gives out the one after the last.
    private static string Before(string address)
    {
        var digits = address.Split('.');
        return string.Join('.', [.. digits[..3], $"{int.Parse(digits[3], CultureInfo.InvariantCulture) - 1}"]);
    }

    /// <returns>The last status, when it is as wanted or the time is over.</returns>
    private async Task<string> StatusAsync(Func<string, bool> isAsWanted)
    {
        var status = "";
        await Eventually.IsTrueAsync(
            async token => isAsWanted(status = (await Host.BridgeAsync(["status"], token)).EnsureSuccess().StandardOutput),
            BackgroundPatience, Cancellation);
        return status;
    }
}
