using System.Text;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Networks;
using CniInvoker;

namespace Bridge.Adapter.Tests.Networks;

public sealed class NetworkPairsTests
{
    [Fact]
    public void Docker_networks_are_paired_with_the_CNI_network_that_they_name()
    {
        var pairs =
            NetworkPairs.Of(
                Hosting("pods", "lan"), [Made("web", option: "pods"), Made("db", ipamOption: "pods"), Made("old", option: "gone")]);

        pairs.Known.Select(pair => $"{pair.Cni.Name}: {string.Join(' ', pair.Docker.Select(network => network.Name))}").Should().Equal(
            "pods: db web", "lan: ");
        pairs.Lost.Select(pair => $"{pair.Docker.Name}: {pair.CniNetwork}").Should().Equal("old: gone");
    }

    [Fact]
    public void A_network_that_names_none_is_paired_with_the_only_CNI_network()
    {
        NetworkPairs.Of(Hosting("pods"), [Made("web")]).Known[0].Docker.Should().ContainSingle();
    }

    [Fact]
    public void A_network_that_names_none_of_several_is_lost()
    {
        NetworkPairs.Of(Hosting("pods", "lan"), [Made("web")]).Lost.Should().ContainSingle().Which.CniNetwork.Should().BeNull();
    }

    [Fact]
    public void A_network_that_names_none_is_paired_with_the_only_CNI_network_of_its_subnet()
    {
        var contents =
            new ConfigurationDirectoryContents(
                [Parse("pods", "10.1.0.0/16"), Parse("lan", "10.2.0.0/16"), Parse("twin", "10.1.0.0/16")], []);
        NetworkPairs.StandsFor(Made("web") with { Pools = [("10.2.0.0/16", null)] }, contents).Should().Be("lan");
        NetworkPairs.StandsFor(Made("web") with { Pools = [("10.1.0.0/16", null)] }, contents).Should().BeNull("two declare it");
    }

    [Theory]
    [InlineData("10.9.0.0/24", true)] // That of one that is gone.
    [InlineData("10.1.4.0/24", false)]
    public void A_network_that_names_none_and_has_another_subnet_is_lost(string subnet, bool isLost)
    {
        var pairs =
            NetworkPairs.Of(
                new ConfigurationDirectoryContents([Parse("pods", "10.1.0.0/16")], []), [Made("web") with { Pools = [(subnet, null)] }]);

        pairs.Lost.Should().HaveCount(isLost ? 1 : 0);
        pairs.Known[0].Docker.Should().HaveCount(isLost ? 0 : 1);
    }

    private static NetworkConfiguration Parse(string name, string subnet) => NetworkConfiguration.Parse(
        Encoding.UTF8.GetBytes(
            $$"""{ "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local",""" +
            $$""" "subnet": "{{subnet}}" } } ] }"""), "test.conflist");

    private static ConfigurationDirectoryContents Hosting(params string[] names) => new([.. names.Select(name => NetworkConfiguration.Parse(
        Encoding.UTF8.GetBytes($$"""{ "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ { "type": "bridge" } ] }"""),
        "test.conflist"))], []);

    private static DockerNetwork Made(string name, string? option = null, string? ipamOption = null) =>
        new(name, name, "cni", Options(option), "cni", Options(ipamOption), new Dictionary<string, string>());

    private static Dictionary<string, string> Options(string? cniNetwork) =>
        cniNetwork is null ? [] : new() { ["cni.network"] = cniNetwork };
}
