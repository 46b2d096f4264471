using System.Text.Json;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Cnm;

/// <summary>What the operator forbids reaches no plugin, neither by a container's options nor by a network's.</summary>
public sealed class ForbiddenArgumentTests : ServingDaemonTest
{
    private protected override AdapterSettings Change(AdapterSettings settings) => settings with { ForbiddenArguments = ["K8S_*"] };

    [Fact]
    public async Task A_pods_name_is_refused_with_the_setting_that_forbids_it_and_no_plugin_runs()
    {
        var network = new { NetworkID = "0c", Options = Of(new() { ["cni.network"] = "now", ["cni.args.K8S_POD_NAME"] = "other" }),
            IPv4Data = new[] { new { AddressSpace = "null", Pool = "0.0.0.0/0" } } };
        var endpoint = new { NetworkID = DockerCalls.Now, EndpointID = "e1",
            Options = new Dictionary<string, string> { ["cni.args.k8s_pod_name"] = "" } };

        (await PostAsync("NetworkDriver.CreateNetwork", network)).Should().Contain("forbidden on this host (setting forbiddenArguments");
        (await PostAsync("NetworkDriver.CreateEndpoint", endpoint)).Should().Contain("forbidden on this host (setting forbiddenArguments");

        Networks.Runs.Should().BeEmpty();
    }

    private static Dictionary<string, object> Of(Dictionary<string, string> options) => new() { ["com.docker.network.generic"] = options };

    private async Task<string> PostAsync(string method, object request) =>
        (await Daemon.PostAsync(method, JsonSerializer.Serialize(request))).Body;
}
