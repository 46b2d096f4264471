using Bridge.Adapter.Docker;
using Bridge.Adapter.Reachability;
using CniInvoker;

namespace Bridge.Adapter.Tests.Reachability;

/// <summary>Which network a person means, and what follows from its kind.</summary>
public sealed class TrialSubjectTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("reachability-");

    public TrialSubjectTests()
    {
        Write("pods", "bridge", ", { \"type\": \"portmap\", \"capabilities\": { \"portMappings\": true } }");
        Write("lan", "macvlan");
        Write("card", "host-device");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("web", "web")]
    [InlineData("pods", "web")]
    [InlineData("bbbb", "lan")]
    public void A_network_is_found_by_its_name_its_CNI_network_or_the_beginning_of_its_id(string given, string name) =>
        Find(given, Docker("aaaaaaaa", "web", "pods"), Docker("bbbbbbbb", "lan", "lan")).Docker.Name.Should().Be(name);

    [Fact]
    public void The_only_network_needs_no_name()
    {
        var found = Find(null, Docker("aaaaaaaa", "web", "pods"), Docker("cccccccc", "bridge", null, "bridge"));

        (found.Docker.Name, found.Cni.Name).Should().Be(("web", "pods"));
    }

    [Theory]
    [InlineData(null, "There are several Docker networks of driver cni: lan, web. Name one: cnm-cni test NETWORK")]
    [InlineData("bridge", "Docker network bridge has driver bridge; cnm-cni tests networks of its own driver cni.")]
    [InlineData("card", "No Docker network stands for CNI network card. Create one: cnm-cni networks create card")]
    [InlineData("wab", "There is no network wab of driver cni. There is lan, web.")]
    [InlineData("gone", "Docker network gone stands for CNI network away, which is not there.*")]
    public void What_cannot_be_tested_is_refused(string? given, string message)
    {
        List<DockerNetwork> networks =
            [Docker("aaaaaaaa", "web", "pods"), Docker("bbbbbbbb", "lan", "lan"), Docker("cccccccc", "bridge", null, "bridge")];
        if (given == "gone")
            networks.Add(Docker("dddddddd", "gone", "away"));

        var find = () => Find(given, [.. networks]);

        find.Should().Throw<TrialException>().WithMessage(message);
    }

    [Fact]
    public void Without_a_network_the_command_that_makes_one_is_named()
    {
        var find = () => Find(null);

        find.Should().Throw<TrialException>().WithMessage("*cnm-cni networks create");
    }

    [Fact]
    public void What_is_not_to_be_expected_follows_from_the_plugins()
    {
        var (pods, lan) = (Find("web", Docker("aaaaaaaa", "web", "pods")), Find("lan", Docker("bbbbbbbb", "lan", "lan")));
        var card = Find("card", Docker("cccccccc", "card", "card"));

        (pods.WhyNoPort, pods.WhyApartFromHost, pods.WhyAlone).Should().Be((null, null, null));
        (pods with { Docker = pods.Docker with { Internal = true } }).WhyNoPort.Should().Be("the network is internal");
        lan.WhyNoPort.Should().Be("no plugin of the network publishes ports (portMappings)");
        lan.WhyApartFromHost.Should().StartWith("macvlan carries no traffic");
        card.WhyAlone.Should().StartWith("host-device gives its device");
    }

    [Theory]
    [InlineData("bridge", """, "portIsolation": true""", "", "portIsolation of bridge")]
    [InlineData("bridge", "", """, { "type": "firewall", "ingressPolicy": "isolated" }""", "ingressPolicy of firewall")]
    [InlineData("macvlan", """, "mode": "private" """, "", "mode private of macvlan")]
    [InlineData("bridge", """, "portIsolation": false""", """, { "type": "firewall", "ingressPolicy": "same-bridge" }""", null)]
    public void Members_that_the_network_keeps_apart_are_not_expected_to_reach_each_other(
        string main, string fields, string more, string? why)
    {
        Write("apart", main, more, fields);

        var apart = Find("apart", Docker("aaaaaaaa", "apart", "apart")).WhyApart;

        apart.Should().Be(why is null ? null : $"the network keeps its members apart ({why})");
    }

    private TrialSubject Find(string? given, params DockerNetwork[] networks) =>
        TrialSubject.Find(given, "cni", networks, new ConfigurationDirectory(_directory.FullName).Load());

    private static DockerNetwork Docker(string id, string name, string? cniNetwork, string driver = "cni") => new(
        id, name, driver,
        cniNetwork is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["cni.network"] = cniNetwork },
        "null", new Dictionary<string, string>(), new Dictionary<string, string>());

    private void Write(string name, string main, string more = "", string fields = "") => File.WriteAllText(
        Path.Combine(_directory.FullName, $"{name}.conflist"),
        $$"""{ "cniVersion": "1.0.0", "name": "{{name}}", "plugins": [ { "type": "{{main}}"{{fields}} }{{more}} ] }""");
}
