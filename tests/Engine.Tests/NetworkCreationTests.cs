using Bridge.Engine.Tests.Hosts;

namespace Bridge.Engine.Tests;

/// <summary>What <c>docker network create</c> accepts, and what it says otherwise.</summary>
[Plugin("bridge", "host-local", "portmap", "firewall")]
public sealed class NetworkCreationTests(StockChainHost engine) : EngineTest(engine), IClassFixture<StockChainHost>
{
    [Feature("Networks: Docker's own IPAM without `--subnet`", Not = "it would choose a subnet that is not the CNI network's")]
    [Fact]
    public async Task Dockers_default_IPAM_is_refused_with_the_command_to_type()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("docker network create -d cni --ipam-driver cni --ipam-opt cni.network=pods");
        (await DockerAsync("network", "ls", "--format", "{{.Name}}")).Split('\n').Should().NotContain("wrong");
    }

    [Feature("Networks: the CNI network is named by `cni.network`, or is the only one")]
    [Fact]
    public async Task The_only_CNI_network_is_taken_when_none_is_named()
    {
        await DockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "second");

        await DockerAsync("run", "--rm", "--network", "second", Image, "ping", "-c", "1", "-W", "2", TestHosts.CniNetworks.Gateway);

        await DockerAsync("network", "rm", "second");
    }

    [Feature("Networks: the CNI network is named by `cni.network`, or is the only one")]
    [Fact]
    public async Task An_unknown_CNI_network_is_refused_and_those_that_exist_are_named()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", "cni.network=nowhere", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("nowhere").And.Contain("pods");
    }

    [Feature("Networks: wrong options are refused by name")]
    [Fact]
    public async Task An_unknown_option_is_refused_by_name()
    {
        var create = await TryDockerAsync("network", "create", "-d", "cni", "--ipam-driver", "null", "-o", "cni.netwrok=pods", "wrong");

        create.ExitCode.Should().NotBe(0);
        create.StandardError.Should().Contain("cni.netwrok").And.Contain("cni.network");
    }
}
