using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Translation;

namespace Bridge.Adapter.Tests.Cli;

/// <summary><c>cnm-cni networks create</c>.</summary>
public sealed class NetworksCreationTests : NetworksCommandTest
{
    [Theory]
    [InlineData("""{ "type": "bridge", IPAM }""", "10.91.0.0/24")]
    [InlineData("""{ "type": "macvlan", "master": "eth0", IPAM }""", "10.91.0.0/24")]
    [InlineData("""{ "type": "bridge", "isGateway": true, IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    [InlineData("""{ "type": "ptp", IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    [InlineData("""{ "type": "loopback" }, { "type": "bridge", "isGateway": true, IPAM }""", "10.91.0.0/24 via 10.91.0.1")]
    public async Task Only_a_gateway_that_exists_is_shown(string plugins, string shown)
    {
        Write("10-lan.conflist",
            $$"""{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ {{plugins.Replace(
                "IPAM", """ "ipam": { "type": "host-local", "subnet": "10.91.0.0/24" } """, StringComparison.Ordinal)}} ] }""");

        (await RunAsync("networks create lan", Cancellation)).Should().Be(0);

        Lines()[0].Should().EndWith($": CNI network lan, --ipam-driver cni, {shown}");
        Docker.Network("lan")["IPAM"]!["Config"]![0]!["Gateway"]!.ToString().Should().Be("10.91.0.1", "it is to be given to nobody");
    }

    [Fact]
    public async Task A_Docker_network_is_made_with_the_options_that_it_needs()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);

        (await RunAsync("networks create pods --name web --internal -o a=b=c --option d=", Cancellation)).Should().Be(0);

        Lines().Should().Equal($"web {"01".PadRight(64, '0')}: CNI network pods, --ipam-driver cni, 10.88.0.0/16 via 10.88.0.1");
        var made = Docker.Network("web");
        JsonNode.DeepEquals(made["Options"], JsonNode.Parse("""{"cni.network":"pods","a":"b=c","d":""}""")).Should().BeTrue(
            made.ToJsonString());
        JsonNode.DeepEquals(
            made["IPAM"],
            JsonNode.Parse(
                """{"Driver":"cni","Options":{"cni.network":"pods"},"Config":[""" +
                """{"Subnet":"10.88.0.0/16","IPRange":"","Gateway":"10.88.0.1"}]}""")).Should().BeTrue(made.ToJsonString());
        ((string?)made["Driver"], (bool?)made["Internal"]).Should().Be(("cni", true));
    }

    [Fact]
    public async Task Where_addresses_cannot_be_reserved_the_null_IPAM_is_used_and_the_reason_printed()
    {
        Write("20-lan.conflist",
            """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create lan", Cancellation)).Should().Be(0);

        Lines()[0].Should().EndWith(
            ": CNI network lan, --ipam-driver null, because its IPAM plugin dhcp takes its lease from the container's own namespace, " +
            "which does not exist yet" +
            "; -o cni.attach=sandbox, because its IPAM plugin dhcp renews a lease only in the namespace in which it got it");
        Docker.Network("lan")["IPAM"]!["Driver"]!.ToString().Should().Be("null");
    }

    [Fact]
    public async Task The_null_IPAM_can_be_asked_for()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create pods --ipam null", Cancellation)).Should().Be(0);

        Docker.Network("pods")["IPAM"]!["Driver"]!.ToString().Should().Be("null");
    }

    [Fact]
    public async Task Requesting_reserved_addresses_where_they_cannot_be_reserved_is_refused()
    {
        Write("20-lan.conflist",
            """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create lan --ipam cni", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith("Addresses of CNI network \"lan\" cannot be reserved ahead: its IPAM plugin dhcp ").And.EndWith(
            "(--ipam null).\n");
        Docker.Made.Should().Be(0);
    }

    [Theory]
    [InlineData("cni", "pods", "it stands for CNI network \"pods\"")]
    [InlineData("cni", "gone", "it stands for CNI network \"gone\", which is gone")]
    [InlineData("bridge", null, "its driver is bridge")]
    public async Task A_taken_name_is_refused_with_the_network_that_has_it(string driver, string? cniNetwork, string what)
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.AddNetwork("pods", driver, cniNetwork);

        (await RunAsync("networks create pods", Cancellation)).Should().Be(1);

        Error.ToString().Should().Be(
            $"A Docker network \"pods\" exists already ({"01".PadRight(64, '0')}): {what}. Choose another name with --name.\n");
        Docker.Made.Should().Be(1);
    }

    [Fact]
    public async Task An_unknown_CNI_network_is_refused_with_the_known_ones()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create nopods", Cancellation)).Should().Be(1);

        Error.ToString().Should().Be("There is no CNI network \"nopods\" on this host. There is \"pods\".\n");
    }

    [Fact]
    public async Task A_refusal_of_Docker_is_quoted_with_a_hint_when_cnm_cni_is_not_running()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.Script.Answers["POST /networks/create"] = ScriptedSocket.Json("""{"message":"plugin \"cni\" not found"}""", 404);

        (await RunAsync("networks create pods", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith(
            "Docker refused to create network pods (HTTP 404): plugin \"cni\" not found. The driver's socket ").And.Contain(
                "start the driver with `cnm-cni serve`");
    }

    [Fact]
    public async Task The_only_CNI_network_need_not_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create", Cancellation)).Should().Be(0);
        (await RunAsync("networks create --name web", Cancellation)).Should().Be(0);

        Lines().Should().HaveCount(2);
        Lines()[0].Should().StartWith("pods ").And.Contain(": CNI network pods, --ipam-driver cni");
        Lines()[1].Should().StartWith("web ").And.Contain(": CNI network pods, --ipam-driver cni");
    }

    [Fact]
    public async Task Of_several_CNI_networks_one_has_to_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-lan.conflist",
            """{ "cniVersion": "1.0.0", "name": "lan", "plugins": [ { "type": "macvlan", "ipam": { "type": "dhcp" } } ] }""");

        (await RunAsync("networks create", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith("There are several CNI networks. Name one: cnm-cni networks create pods or lan");
        Docker.Made.Should().Be(0);
    }

    [Theory]
    [InlineData(false, "is not there: start the driver with `cnm-cni serve` as root")]
    [InlineData(true, "Nothing listens on the driver's socket")]
    public async Task When_Docker_does_not_reach_cnm_cni_the_error_says_how_to_start_it(bool isStale, string words)
    {
        Write("10-pods.conflist", Conflists.Stock);
        Docker.Script.Answers["POST /networks/create"] =
            ScriptedSocket.Json("""{"message":"dial unix cni.sock: connect: connection refused"}""", 500);
        if (isStale)
        {
            // Under another name, else .NET takes the file away when the socket is closed.
            using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            left.Bind(new UnixDomainSocketEndPoint(Path.Combine(Root, "other.sock")));
            File.Move(Path.Combine(Root, "other.sock"), Path.Combine(Root, "cni.sock"));
        }

        (await RunAsync("networks create pods", Cancellation)).Should().Be(1);

        Error.ToString().Should().Contain("connection refused").And.Contain(words).And.Contain("systemctl start cnm-cni");
    }

    [Fact]
    public async Task Without_Docker_nothing_can_be_made()
    {
        Configure("/nonexistent/docker.sock");
        Write("10-pods.conflist", Conflists.Stock);

        (await RunAsync("networks create pods", Cancellation)).Should().Be(1);

        Error.ToString().Should().StartWith("Docker at /nonexistent/docker.sock does not answer: ");
    }

    [Theory]
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

        (await RunAsync(commandLine, Cancellation)).Should().Be(2);

        Error.ToString().Should().Contain(message);
        Docker.Made.Should().Be(0);
    }
}
