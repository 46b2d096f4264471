using System.Text.Json.Nodes;
using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Ipam;

/// <summary>Docker's IPAM calls on the real socket, answered through the real host-local plugin with a store of its own.</summary>
public sealed class AddressProtocolTests : IAsyncLifetime
{
    private const string Plugin = "/usr/lib/cni/host-local";
    private const string Mac = "02:42:00:00:00:01";

    private readonly string _store = Directory.CreateTempSubdirectory("ipam").FullName;
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reserving needs root: an IPAM plugin is told a network namespace.");
        Assert.SkipUnless(File.Exists(Plugin), $"The host-local plugin is not in {Plugin}: apt-get install containernetworking-plugins.");
        _daemon = await ServingDaemon.StartAsync();
        _daemon.WriteConflist("10-dual.conflist", $$"""
            { "cniVersion": "1.0.0", "name": "dual", "plugins": [
              { "type": "bridge", "ipam": { "type": "host-local", "dataDir": "{{_store}}",
              "ranges": [[{ "subnet": "10.66.0.0/24", "rangeStart": "10.66.0.10", "rangeEnd": "10.66.0.20" }],
                [{ "subnet": "fd00:66::/64" }]] } } ] }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        Directory.Delete(_store, recursive: true);
    }

    [Fact]
    public async Task A_pool_is_the_declared_subnet_with_its_gateway()
    {
        var pool = await AskAsync("RequestPool", """{"AddressSpace":"cni","Pool":"","Options":{"cni.network":"dual"},"V6":false}""");

        ((string)pool["Pool"]!).Should().Be("10.66.0.0/24");
        ((string)pool["Data"]!["com.docker.network.gateway"]!).Should().Be("10.66.0.1/24");
        ((string)pool["PoolID"]!).Should().Be("dual/10.66.0.0/24");
    }

    [Fact]
    public async Task Requests_for_a_pool_without_end_are_refused_at_last()
    {
        var answers = new List<string>();
        for (var time = 0; time < 12; time++)
            answers.Add((await AskAsync("RequestPool", """{"AddressSpace":"cni","Options":{"cni.network":"dual"}}""")).ToJsonString());

        answers[0].Should().Contain("PoolID");
        answers[^1].Should().Contain("Error").And.Contain("--subnet 10.66.0.0/24 --gateway 10.66.0.1");
    }

    [Fact]
    public async Task The_two_families_of_one_endpoint_are_one_reservation_which_ends_with_the_last()
    {
        var address = await RequestAsync("10.66.0.0/24", Mac);
        var address6 = await RequestAsync("fd00:66::/64", Mac);

        address.Should().Be("10.66.0.10/24");
        Owners().Should().HaveCount(2).And.Subject.Values.Distinct().Should().ContainSingle();

        await ReleaseAsync("10.66.0.0/24", address);
        Owners().Should().HaveCount(2);
        await ReleaseAsync("fd00:66::/64", address6);
        Owners().Should().BeEmpty();
        Directory.GetFiles(Path.Combine(_daemon.Settings.PresentRecords, "reservations")).Should().BeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(_daemon.Settings.RunDirectory, "netns")).Should().BeEmpty();
    }

    [Fact]
    public async Task Endpoints_with_other_MACs_get_addresses_of_their_own()
    {
        string[] addresses = [await RequestAsync("10.66.0.0/24", Mac), await RequestAsync("10.66.0.0/24", "02:42:00:00:00:02"),
            await RequestAsync("10.66.0.0/24", Mac)];

        addresses.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_requested_address_of_the_second_family_is_reserved_and_the_first_address_stays()
    {
        var address = await RequestAsync("10.66.0.0/24", Mac, "10.66.0.15");
        var address6 = await RequestAsync("fd00:66::/64", Mac, "fd00:66::77");

        (address, address6).Should().Be(("10.66.0.15/24", "fd00:66::77/64"));
        Owners().Keys.Should().BeEquivalentTo("10.66.0.15", "fd00:66::77");
    }

    [Fact]
    public async Task A_taken_address_is_refused_and_its_owner_keeps_it()
    {
        await RequestAsync("10.66.0.0/24", Mac, "10.66.0.15");

        var refusal = await AskAsync("RequestAddress", Request("10.66.0.0/24", "02:42:00:00:00:02", "10.66.0.15"));

        ((string)refusal["Error"]!).Should().Be(
            "address 10.66.0.15 of CNI network \"dual\" is taken: a container that is being started has it. Choose another address, or " +
            "omit --ip.");
        Owners().Keys.Should().Contain("10.66.0.15");
    }

    [Theory]
    [InlineData(
        "10.66.0.0/24", "10.66.0.99",
        "address 10.66.0.99 is not one that CNI network \"dual\" gives: its IPAM plugin assigns 10.66.0.10 to 10.66.0.20 " +
        "(*10-dual.conflist). Choose one of these, or omit --ip.")]
    [InlineData(
        "fd00:66::/64", "fd00:66::",
        "address fd00:66:: is not one that CNI network \"dual\" gives: its IPAM plugin assigns fd00:66::1 to " +
        "fd00:66::ffff:ffff:ffff:ffff *")]
    [InlineData("10.66.0.0/24", "10.66.0.1", "address 10.66.0.1 of CNI network \"dual\" is taken: the network's gateway has it. *")]
    public async Task An_address_outside_of_the_range_is_refused_with_the_range_and_the_network(
        string subnet, string address, string refusal)
    {
        ((string)(await AskAsync("RequestAddress", Request(subnet, Mac, address)))["Error"]!).Should().Match(refusal);
        Owners().Should().BeEmpty();
    }

    [Fact]
    public async Task An_address_that_the_CNI_network_had_once_is_refused_with_what_it_has_now()
    {
        _daemon.WriteConflist("10-dual.conflist", $$"""
            { "cniVersion": "1.0.0", "name": "dual", "plugins": [
              { "type": "bridge", "ipam": { "type": "host-local", "dataDir": "{{_store}}", "subnet": "10.95.0.0/24" } } ] }
            """);

        var refusal = (string)(await AskAsync("RequestAddress", Request("10.66.0.0/24", Mac, "10.66.0.15")))["Error"]!;

        refusal.Should().Match(
            "address 10.66.0.15 is in no subnet of CNI network \"dual\", which has 10.95.0.0/24 (*10-dual.conflist). If the file was " +
            "changed after the Docker network was made, make that again: *");
    }

    [Fact]
    public async Task The_error_mentions_a_requested_address_only_when_there_was_one()
    {
        _daemon.WriteConflist(
            "20-one.conflist",
            """{ "cniVersion": "1.0.0", "name": "one", "plugins": [ { "type": "bridge", "ipam": { "type": "static", "addresses": [""" +
            """{ "address": "10.67.0.5/24" }] } } ] }""");
        string Any(string mac) => Request("10.67.0.0/24", mac, "").Replace("dual/", "one/", StringComparison.Ordinal);
        await AskAsync("RequestAddress", Any(Mac));

        var refusal = (string)(await AskAsync("RequestAddress", Any("02:42:00:00:00:02")))["Error"]!;

        refusal.Should().StartWith("CNI network \"one\" gave the address 10.67.0.5, which a container that is being started has already: ")
            .And.NotContain("--ip");
    }

    [Theory]
    [InlineData("""{"Pool":"10.66.0.0/24"}""", "dual/10.66.0.0/24")]
    [InlineData("""{"Pool":"10.66.0.0/24","SubPool":"10.66.0.0/25"}""", "dual/10.66.0.0/24")]
    [InlineData("""{"Pool":"fd00:66::/64","V6":true}""", "dual/fd00:66::/64")]
    [InlineData("""{"Pool":"10.67.0.0/24","Options":{}}""", "other/10.67.0.0/24")]
    public async Task The_subnet_selects_one_of_several_CNI_networks(string request, string poolId)
    {
        WriteOther();

        ((string)(await AskAsync("RequestPool", request))["PoolID"]!).Should().Be(poolId);
    }

    [Fact]
    public async Task The_network_of_the_o_option_must_be_the_network_of_the_subnet()
    {
        WriteOther();
        _daemon.WriteConflist(
            "30-twin.conflist",
            """{ "cniVersion": "1.0.0", "name": "twin", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local",""" +
            """ "subnet": "10.66.0.0/24" } } ] }""");
        (await AskAsync("RequestPool", """{"Pool":"10.67.0.0/24"}""")).ToJsonString().Should().Contain("PoolID");

        var other = await CreateAsync("10.67.0.0/24", "dual");
        (await AskAsync("RequestPool", """{"Pool":"10.66.0.0/24","Options":{"cni.network":"twin"}}""")).ToJsonString().Should().Contain(
            "twin/10.66.0.0/24");
        var twin = await CreateAsync("10.66.0.0/24", "dual");
        var ambiguous = (string)(await AskAsync("RequestPool", """{"Pool":"10.66.0.0/24"}"""))["Error"]!;

        other.Should().Contain("subnet 10.67.0.0/24 does not belong to CNI network \"dual\"");
        twin.Should().Contain("-o names CNI network \"dual\", but the addresses would come from \"twin\"");
        ambiguous.Should().Contain("\"dual\" and \"twin\". Choose one with").And.Contain("--ipam-opt cni.network=NAME");
    }

    [Fact]
    public async Task An_exhausted_range_is_refused_with_the_plugins_error_and_leaves_nothing()
    {
        for (var number = 0; number < 11; number++)
            await RequestAsync("10.66.0.0/24", $"02:42:00:00:01:{number:x2}");

        var refusal = await AskAsync("RequestAddress", Request("10.66.0.0/24", Mac, ""));

        ((string)refusal["Error"]!).Should().Contain("host-local").And.Contain("no IP addresses available");
        Directory.GetFiles(Path.Combine(_daemon.Settings.PresentRecords, "reservations")).Should().HaveCount(11);
    }

    [Fact]
    public async Task An_ipam_section_that_the_plugin_refuses_leaves_no_reservation()
    {
        _daemon.WriteConflist("20-bad.conflist", $$"""
            { "cniVersion": "1.0.0", "name": "bad", "plugins": [
              { "type": "bridge", "ipam": { "type": "host-local", "dataDir": "{{_store}}", "subnet": "10.68.0.0/24",
                "routes": [{ "dst": "everywhere" }] } } ] }
            """);

        var refusal =
            (string)(await AskAsync(
                "RequestAddress", Request("10.68.0.0/24", Mac, "").Replace("dual/", "bad/", StringComparison.Ordinal)))["Error"]!;

        refusal.Should().Contain("everywhere").And.NotContain("clean-up failed");
        Directory.GetFiles(Path.Combine(_daemon.Settings.PresentRecords, "reservations")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"PoolID":"dual/10.66.0.0/24","Address":"10.66.0.1","Options":{"RequestAddressType":"com.docker.network.gateway"}}""",
        "10.66.0.1/24")]
    [InlineData(
        """{"PoolID":"dual/10.66.0.0/24","Address":"","Options":{"RequestAddressType":"com.docker.network.gateway"}}""", "10.66.0.1/24")]
    [InlineData("""{"PoolID":"dual/10.66.0.0/24","Address":"10.66.0.99","Options":null}""", "10.66.0.99/24")]
    public async Task Gateway_and_auxiliary_addresses_come_from_the_configuration(string request, string address)
    {
        ((string)(await AskAsync("RequestAddress", request))["Address"]!).Should().Be(address);
        Owners().Should().BeEmpty();
    }

    [Theory]
    [InlineData("RequestPool", """{"Options":{"cni.network":"nowhere"}}""", "there is no CNI network \"nowhere\"")]
    [InlineData("RequestPool", """{"Pool":"10.67.0.0/24","Options":{"cni.network":"dual"}}""",
        "does not agree with CNI network \"dual\", whose subnet is 10.66.0.0/24")]
    [InlineData("RequestPool", """{"Pool":"10.66.0.0/24","SubPool":"10.66.0.0/28","Options":{"cni.network":"dual"}}""",
        "assigns 10.66.0.10 to 10.66.0.20")]
    [InlineData("RequestPool", """{"Options":{"cni.netwrok":"dual"}}""", "unknown option --ipam-opt cni.netwrok=dual")]
    [InlineData("RequestPool", """{"Options":{"cni.network":null}}""", "unknown option --ipam-opt cni.network=")]
    [InlineData("RequestAddress", """{"PoolID":"","Address":""}""", "Unknown PoolID: it was not issued by this driver")]
    [InlineData("RequestAddress", """{"PoolID":"../../etc/10.66.0.0/24","Address":""}""", "Unknown PoolID")]
    [InlineData("RequestAddress", """{"PoolID":"gone/10.66.0.0/24","Address":""}""", "there is no CNI network \"gone\"")]
    [InlineData("RequestAddress", """{"PoolID":"dual/10.66.0.0/24","Address":"10.99.0.1"}""", "is not in subnet 10.66.0.0/24")]
    [InlineData("RequestAddress", """{"PoolID":"dual/10.66.0.0/24","Address":"10.66.0.12"}""", "rangeStart and rangeEnd")]
    [InlineData("RequestAddress", "", "the request has no body")]
    public async Task An_impossible_request_is_refused_in_the_field_that_Docker_reads(string method, string request, string sentence)
    {
        ((string)(await AskAsync(method, request))["Error"]!).Should().Contain(sentence);
        Owners().Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"PoolID":"","Address":"fd00:66::5"}""")]
    [InlineData("""{"PoolID":"dual/10.66.0.0/24","Address":"10.66.0.1"}""")]
    [InlineData("""{"PoolID":"dual/10.66.0.0/24","Address":"10.66.0.19"}""")]
    public async Task Releasing_an_address_that_is_not_reserved_succeeds(string request) =>
        (await AskAsync("ReleaseAddress", request)).ToJsonString().Should().Be("{}");

    private void WriteOther() => _daemon.WriteConflist(
        "20-other.conflist",
        """{ "cniVersion": "1.0.0", "name": "other", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local",""" +
        """ "subnet": "10.67.0.0/24" } } ] }""");

    private async Task<string> CreateAsync(string pool, string cniNetwork)
    {
        var (_, body) = await _daemon.PostAsync("NetworkDriver.CreateNetwork", $$$"""
            {
              "NetworkID": "{{{new string('7', 64)}}}",
              "Options": { "com.docker.network.generic": { "cni.network": "{{{cniNetwork}}}" } },
              "IPv4Data": [{ "AddressSpace": "cni", "Pool": "{{{pool}}}" }],
              "IPv6Data": []
            }
            """);
        return (string)JsonNode.Parse(body)!["Err"]!;
    }

    private static string Request(string subnet, string mac, string address) =>
        $$$"""{"PoolID":"dual/{{{subnet}}}","Address":"{{{address}}}","Options":{"com.docker.network.endpoint.macaddress":"{{{mac}}}"}}""";

    private async Task<string> RequestAsync(string subnet, string mac, string address = "") =>
        (string)(await AskAsync("RequestAddress", Request(subnet, mac, address)))["Address"]!;

    private async Task ReleaseAsync(string subnet, string address) =>
        (await AskAsync("ReleaseAddress", $$"""{"PoolID":"dual/{{subnet}}","Address":"{{address.Split('/')[0]}}"}""")).ToJsonString()
            .Should().Be("{}");

    private async Task<JsonNode> AskAsync(string method, string request) =>
        JsonNode.Parse((await _daemon.PostAsync($"IpamDriver.{method}", request)).Body)!;

    // Address → owner, as the plugin's store has it.
    private Dictionary<string, string> Owners()
    {
        var directory = Path.Combine(_store, "dual");
        return Directory.Exists(directory)
            ? Directory.GetFiles(directory).Where(
                file => Path.GetFileName(file) is var name && (name.Contains(':') || name.Count(letter => letter == '.') == 3)
                    && !name.StartsWith("last", StringComparison.Ordinal))
                .ToDictionary(file => Path.GetFileName(file), File.ReadAllText)
            : [];
    }
}
