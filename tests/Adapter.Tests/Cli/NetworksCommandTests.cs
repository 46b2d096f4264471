using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adapter.Tests.Translation;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Tests.Docker;

namespace Bridge.Adapter.Tests.Cli;

public sealed class NetworksCommandTests : IAsyncLifetime
{
    private const int Deadline = 120_000;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("cli-");
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();
    private ScriptedDocker docker = null!;

    private string ConfigFile => Path.Combine(directory.FullName, "config.yaml");

    private string Plugins => Path.Combine(directory.FullName, "bin");

    public async ValueTask InitializeAsync()
    {
        docker = await ScriptedDocker.StartAsync();
        Configure(docker.Socket);
        foreach (var plugin in new[] { "bridge", "portmap", "firewall", "host-local" })
        {
            Directory.CreateDirectory(Plugins);
            await File.WriteAllTextAsync(Path.Combine(Plugins, plugin), "#!/bin/sh\n");
            File.SetUnixFileMode(Path.Combine(Plugins, plugin), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await docker.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact(Timeout = Deadline)]
    public async Task CNI_networks_are_listed_with_the_Docker_networks_that_stand_for_them()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-lan.conflist", """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");
        Write("30-broken.conflist", "");
        docker.AddNetwork("web", "cni", "pods");
        docker.AddNetwork("db", "cni", "pods");
        docker.AddNetwork("old", "cni", "gone");
        docker.AddNetwork("bridge", "bridge");

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Select(line => string.Join(" | ", line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))).Should().Equal(
            "CNI NETWORK | SUBNETS | PLUGINS | FILE | DOCKER NETWORK | IPAM | ID | PROBLEM",
            "pods | 10.88.0.0/16 | bridge, portmap, firewall | DIR/10-pods.conflist | db | null | 020000000000 | -",
            "pods | 10.88.0.0/16 | bridge, portmap, firewall | DIR/10-pods.conflist | web | null | 010000000000 | -",
            "lan | - | macvlan | DIR/20-lan.conflist | - | - | - | plugin \"macvlan\" was not found in DIR/bin; install it there, or correct \"type\"",
            "",
            "Docker networks whose CNI network is not there (no container can be started on them):",
            "DOCKER NETWORK | CNI NETWORK | IPAM | ID",
            "old | gone | null | 030000000000",
            "",
            "Not used: DIR/30-broken.conflist: the file is empty");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_network_whose_plugins_are_there_is_recommended()
    {
        Write("10-flannel.conflist", """{ "cniVersion": "1.0.0", "name": "flannel", "plugins": [ { "type": "flannel" } ] }""");
        Write("20-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[^1].Should().Be("Make a Docker network: cnm-cni networks create pods");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("99-loopback.conf", """{ "cniVersion": "1.0.0", "name": "lo", "type": "loopback" }""", "its plugin loopback makes no interface")]
    [InlineData("200-meta.conflist", """{ "cniVersion": "1.0.0", "name": "lo", "plugins": [ { "type": "loopback" }, { "type": "portmap" } ] }""", "none of its plugins loopback, portmap makes an interface")]
    public async Task A_network_that_no_container_can_be_on_is_not_offered_and_the_only_other_one_need_not_be_named(string file, string content, string reason)
    {
        Write(file, content);
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);
        var listed = Lines();
        (await RunAsync("networks create lo", TestContext.Current.CancellationToken)).Should().Be(1);
        (await RunAsync("networks create", TestContext.Current.CancellationToken)).Should().Be(0);

        listed.Should().ContainSingle(line => line.StartsWith("pods ", StringComparison.Ordinal)).And.NotContain(line => line.StartsWith("lo ", StringComparison.Ordinal));
        listed.Should().Contain($"Not offered: DIR/{file}: {reason}, so no container can be on it.");
        error.ToString().Should().StartWith("No container can be on CNI network \"lo\"").And.Contain(reason);
        docker.Names.Should().Equal("pods");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("10.99.0.0/16", "10.99.0.1", "Docker has subnet 10.99.0.0/16, which the CNI network does not have (any more): make it again (docker network rm web, then cnm-cni networks create)")]
    [InlineData("10.88.0.0/16", "10.88.0.9", "Docker has gateway 10.88.0.9, and the CNI network has 10.88.0.1: make it again *")]
    [InlineData("10.88.0.0/16", "10.88.0.1", "-")]
    [InlineData("10.88.4.0/24", "", "-")]
    [InlineData("fd00::/64", "", "Docker has subnet fd00::/64, *")]
    public async Task A_Docker_network_made_before_the_subnet_changed_has_a_problem(string subnet, string gateway, string problem)
    {
        Write("10-pods.conflist", Conflists.Stock);
        docker.AddNetwork("web", "cni", "pods", subnet, gateway);

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[1].Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[^1].Should().Match(problem);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("10.88.0.0/16", "10.88.0.0/16")]
    [InlineData("10.88.7.0/24", "10.88.7.0/24")]
    [InlineData("10.0.0.0/8", "10.88.0.0/16")]
    public async Task Networks_with_one_subnet_are_not_listed_without_a_word(string subnet, string common)
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-twin.conflist", Conflists.Plain.Replace("plain", "twin", StringComparison.Ordinal).Replace("10.89.0.0/24", subnet, StringComparison.Ordinal));

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().Contain(line => line.StartsWith($"CNI networks pods and twin have subnet {common} in common: "));
    }

    [Theory(Timeout = Deadline)]
    [InlineData("""{ "type": "bridge", IPAM }""", "10.91.0.0/24")]
    [InlineData("""{ "type": "macvlan", "master": "eth0", IPAM }""", "10.91.0.0/24")]
    [InlineData("""{ "type": "bridge", "isGateway": true, IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    [InlineData("""{ "type": "ptp", IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    [InlineData("""{ "type": "loopback" }, { "type": "bridge", "isGateway": true, IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    public async Task Only_a_gateway_that_there_is_is_shown(string plugins, string shown)
    {
        Write("10-lan.conflist", $$"""{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ {{plugins.Replace("IPAM", """ "ipam": { "type": "host-local", "subnet": "10.91.0.0/24" } """, StringComparison.Ordinal)}} ] }""");

        (await RunAsync("networks create lan", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[0].Should().EndWith($": CNI network lan, --ipam-driver cni, {shown}");
        docker.Network("lan")["IPAM"]!["Config"]![0]!["Gateway"]!.ToString().Should().Be("10.91.0.1", "it is to be given to nobody");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_configuration_that_everybody_may_write_to_is_warned_of()
    {
        Write("10-pods.conflist", Conflists.Stock);
        File.SetUnixFileMode(Path.Combine(directory.FullName, "10-pods.conflist"), (UnixFileMode)0b110_110_110);

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().ContainMatch("Warning: *10-pods.conflist: everybody on this machine may write to it, *");
    }

    [Fact(Timeout = Deadline)]
    public async Task When_Docker_does_not_answer_that_is_said_and_the_rest_shown()
    {
        Configure("/nonexistent/docker.sock");
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[1].Should().StartWith("pods ").And.Contain(" ? ");
        Lines()[^1].Should().StartWith("Which Docker networks there are is not known: Docker at /nonexistent/docker.sock does not answer: there is no such socket; is it running?");
    }

    [Fact(Timeout = Deadline)]
    public async Task A_host_without_CNI_networks_says_so()
    {
        (await RunAsync("networks", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().Equal("No CNI networks.");
    }

    [Fact(Timeout = Deadline)]
    public async Task The_listing_as_JSON_has_everything_in_full()
    {
        Write("10-pods.conflist", Conflists.Stock);
        docker.AddNetwork("web", "cni", "pods");
        docker.AddNetwork("old", "cni", "gone");

        (await RunAsync("networks --json", TestContext.Current.CancellationToken)).Should().Be(0);

        using var json = JsonDocument.Parse(output.ToString());
        json.RootElement.GetProperty("networks")[0].GetProperty("dockerNetworks")[0].GetProperty("ipamDriver").GetString().Should().Be("null");
        var listing = JsonSerializer.Deserialize(output.ToString(), NetworksJson.Default.NetworksListing)!;
        listing.Should().BeEquivalentTo(new NetworksListing(
            null,
            [
                new ListedNetwork(
                    "pods", Path.Combine(directory.FullName, "10-pods.conflist"), [new ListedSubnet("10.88.0.0/16", "10.88.0.1")], ["bridge", "portmap", "firewall"], "host-local", null, null,
                    [new ListedDockerNetwork("01".PadRight(64, '0'), "web", "null", Auto: false, null)]),
            ],
            [new LostNetwork("02".PadRight(64, '0'), "old", "null", "gone")],
            [],
            [],
            []));
    }

    [Fact(Timeout = Deadline)]
    public async Task A_Docker_network_is_made_with_the_options_that_it_needs()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);

        (await RunAsync("networks create pods --name web --internal -o a=b=c --option d=", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().Equal($"web {"01".PadRight(64, '0')}: CNI network pods, --ipam-driver cni, 10.88.0.0/16 via 10.88.0.1");
        var made = docker.Network("web");
        JsonNode.DeepEquals(made["Options"], JsonNode.Parse("""{"cni.network":"pods","a":"b=c","d":""}""")).Should().BeTrue(made.ToJsonString());
        JsonNode.DeepEquals(made["IPAM"], JsonNode.Parse("""{"Driver":"cni","Options":{"cni.network":"pods"},"Config":[{"Subnet":"10.88.0.0/16","IPRange":"","Gateway":"10.88.0.1"}]}""")).Should().BeTrue(made.ToJsonString());
        ((string?)made["Driver"], (bool?)made["Internal"]).Should().Be(("cni", true));
    }

    [Fact(Timeout = Deadline)]
    public async Task Where_addresses_cannot_be_reserved_the_null_IPAM_is_taken_and_the_reason_said()
    {
        Write("20-lan.conflist", """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create lan", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines()[0].Should().EndWith(
            ": CNI network lan, --ipam-driver null, because its IPAM plugin dhcp takes its lease from the container's own namespace, which is not there yet" +
            "; -o cni.attach=sandbox, because its IPAM plugin dhcp renews a lease only in the namespace in which it got it");
        docker.Network("lan")["IPAM"]!["Driver"]!.ToString().Should().Be("null");
    }

    [Fact(Timeout = Deadline)]
    public async Task The_null_IPAM_can_be_asked_for()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create pods --ipam null", TestContext.Current.CancellationToken)).Should().Be(0);

        docker.Network("pods")["IPAM"]!["Driver"]!.ToString().Should().Be("null");
    }

    [Fact(Timeout = Deadline)]
    public async Task Asking_for_reserved_addresses_where_they_cannot_be_is_refused()
    {
        Write("20-lan.conflist", """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create lan --ipam cni", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().StartWith("Addresses of CNI network \"lan\" cannot be reserved ahead: its IPAM plugin dhcp ").And.EndWith("(--ipam null).\n");
        docker.Made.Should().Be(0);
    }

    [Theory(Timeout = Deadline)]
    [InlineData("cni", "pods", "it stands for CNI network \"pods\"")]
    [InlineData("cni", "gone", "it stands for CNI network \"gone\", which is gone")]
    [InlineData("bridge", null, "its driver is bridge")]
    public async Task A_name_that_is_taken_is_refused_with_what_it_stands_for(string driver, string? cniNetwork, string what)
    {
        Write("10-pods.conflist", Conflists.Stock);
        docker.AddNetwork("pods", driver, cniNetwork);

        (await RunAsync("networks create pods", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().Be($"There is a Docker network \"pods\" ({"01".PadRight(64, '0')}) already: {what}. Choose another name with --name.\n");
        docker.Made.Should().Be(1);
    }

    [Fact(Timeout = Deadline)]
    public async Task An_unknown_CNI_network_is_refused_with_those_that_there_are()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create nopods", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().Be("There is no CNI network \"nopods\" on this host. There is \"pods\".\n");
    }

    [Fact(Timeout = Deadline)]
    public async Task What_Docker_refuses_is_quoted_with_a_hint_where_the_driver_is_not_running()
    {
        Write("10-pods.conflist", Conflists.Stock);
        docker.Script.Answers["POST /networks/create"] = ScriptedSocket.Json("""{"message":"plugin \"cni\" not found"}""", 404);

        (await RunAsync("networks create pods", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().StartWith("Docker refused to create network pods (HTTP 404): plugin \"cni\" not found. The driver's socket ").And.Contain("start the driver with `cnm-cni serve`");
    }

    [Fact(Timeout = Deadline)]
    public async Task The_only_CNI_network_need_not_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create", TestContext.Current.CancellationToken)).Should().Be(0);
        (await RunAsync("networks create --name web", TestContext.Current.CancellationToken)).Should().Be(0);

        Lines().Should().HaveCount(2);
        Lines()[0].Should().StartWith("pods ").And.Contain(": CNI network pods, --ipam-driver cni");
        Lines()[1].Should().StartWith("web ").And.Contain(": CNI network pods, --ipam-driver cni");
    }

    [Fact(Timeout = Deadline)]
    public async Task Of_several_CNI_networks_one_has_to_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-lan.conflist", """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().StartWith("Which CNI network? Say its name: cnm-cni networks create pods or lan");
        docker.Made.Should().Be(0);
    }

    [Theory(Timeout = Deadline)]
    [InlineData(false, "is not there: start the driver with `cnm-cni serve` as root")]
    [InlineData(true, "Nobody listens on the driver's socket")]
    public async Task Where_Docker_does_not_reach_the_driver_it_is_said_how_to_start_it(bool isStale, string words)
    {
        Write("10-pods.conflist", Conflists.Stock);
        docker.Script.Answers["POST /networks/create"] = ScriptedSocket.Json("""{"message":"dial unix cni.sock: connect: connection refused"}""", 500);
        if (isStale)
        {
            // Under another name, else .NET takes the file away when the socket is closed.
            using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            left.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory.FullName, "other.sock")));
            File.Move(Path.Combine(directory.FullName, "other.sock"), Path.Combine(directory.FullName, "cni.sock"));
        }

        (await RunAsync("networks create pods", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().Contain("connection refused").And.Contain(words).And.Contain("systemctl start cnm-cni");
    }

    [Fact(Timeout = Deadline)]
    public async Task Without_Docker_nothing_can_be_made()
    {
        Configure("/nonexistent/docker.sock");
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create pods", TestContext.Current.CancellationToken)).Should().Be(1);

        error.ToString().Should().StartWith("Docker at /nonexistent/docker.sock does not answer: ");
    }

    [Theory(Timeout = Deadline)]
    [InlineData("networks create pods web", "web")]
    [InlineData("networks create pods --ipam default", "--ipam default is neither cni nor null.")]
    [InlineData("networks create pods --name ../x", "--name \"../x\" is no name for a network")]
    [InlineData("networks create pods --name -x", "--name")]
    [InlineData("networks create pods --name ", "--name \"\" is no name for a network")]
    [InlineData("networks create pods -o novalue", "-o novalue is not KEY=VALUE.")]
    [InlineData("networks create pods -o a=1 -o a=2", "-o a is given twice.")]
    [InlineData("networks create pods -o cni.network=other", "-o cni.network=other: which CNI network it is, is said by NAME.")]
    [InlineData("networks list", "list")]
    public async Task A_wrong_command_line_is_exit_code_2(string commandLine, string message)
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync(commandLine, TestContext.Current.CancellationToken)).Should().Be(2);

        error.ToString().Should().Contain(message);
        docker.Made.Should().Be(0);
    }

    private void Configure(string dockerSocket) => File.WriteAllText(
        ConfigFile, $"socket: {directory.FullName}/cni.sock\nconfigurationDirectory: {directory.FullName}\npluginDirectories: [{Plugins}]\ndockerSocket: '{dockerSocket}'\n");

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(directory.FullName, file), content);

    private Task<int> RunAsync(string commandLine, CancellationToken cancellationToken) => CommandLine.RunAsync(
        [.. commandLine.Split(' '), "--config", ConfigFile], (_, _) => Task.FromResult(42), new InvocationConfiguration { Output = output, Error = error }, cancellationToken: cancellationToken);

    private string[] Lines() => output.ToString().Replace(directory.FullName, "DIR", StringComparison.Ordinal).TrimEnd().Split('\n');
}
