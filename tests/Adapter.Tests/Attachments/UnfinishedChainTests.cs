using System.Text.RegularExpressions;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Attachments;

/// <summary>
/// A chain that fails half-way, whose undoing fails half-way too. Its first plugin undoes as the stock bridge does: the link first, then addresses, and
/// last the rules, which it finds by the addresses that the link had.
/// </summary>
public sealed class UnfinishedChainTests : IAsyncLifetime
{
    private const string Network = """{"NetworkID":"n1","Options":{"com.docker.network.generic":{"cni.network":"pods"}},"IPv4Data":[{"AddressSpace":"null","Pool":"0.0.0.0/0"}]}""";
    private const string Endpoint = """{"NetworkID":"n1","EndpointID":"e1","Interface":{}}""";

    private const string Versions = """
        case $CNI_COMMAND in VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}'; exit ;; esac
        cd $(dirname $0)
        in_netns() { nsenter --net=$CNI_NETNS "$@"; }
        refuse() { echo '{"cniVersion":"1.0.0","code":117,"msg":"the quarry is shut"}'; exit 1; }

        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("unfinished").FullName;
    private ServingDaemon _daemon = null!; // Set before each test; stays null where the test is skipped.

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "A staging namespace needs root.");
        WritePlugin("maker", """
            case $CNI_COMMAND in
                ADD)
                    in_netns ip link add $CNI_IFNAME type veth peer name other
                    in_netns ip address add 10.66.0.5/24 dev $CNI_IFNAME
                    touch rule-10.66.0.5
                    printf '{"cniVersion":"1.0.0","interfaces":[{"name":"%s","sandbox":"%s"}],"ips":[{"address":"10.66.0.5/24","interface":0}]}' $CNI_IFNAME $CNI_NETNS ;;
                DEL)
                    addresses=$(in_netns ip -o -4 address show dev $CNI_IFNAME | awk '{ sub("/.*", "", $4); print $4 }')
                    in_netns ip link delete $CNI_IFNAME
                    refusals=$(cat refusals)
                    [ $refusals = 0 ] || { echo $((refusals - 1)) > refusals; refuse; }
                    for address in $addresses; do rm rule-$address || refuse; done ;;
            esac
            exit 0
            """);
        WritePlugin("breaker", "[ $CNI_COMMAND != ADD ] || refuse");
        WritePlugin("flusher", "[ $CNI_COMMAND != ADD ] || { rm rule-*; refuse; }");
        _daemon = await ServingDaemon.StartAsync(settings => settings with
        {
            PluginDirectories = [_directory],
            Repair = new RepairSettings { RetryFirst = TimeSpan.FromMilliseconds(100) },
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
            await _daemon.DisposeAsync();

        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)] // Those before it in the same words look as if rules were missed that are not there.
    [InlineData(4)]
    public async Task Rules_go_that_are_found_by_the_addresses_of_a_link_which_a_failed_undoing_took_away(int refusals)
    {
        await FailToAttachAsync("breaker", refusals);

        await RecordIsGoneAsync();
        Directory.GetFiles(_directory, "rule-*").Should().BeEmpty();
    }

    [Fact]
    public async Task An_undoing_that_would_fail_for_ever_over_rules_that_are_not_there_comes_to_an_end()
    {
        await FailToAttachAsync("flusher", refusals: 0);

        await RecordIsGoneAsync();
        File.Exists(Path.Combine(_directory, "rule-10.66.0.5")).Should().BeFalse();
    }

    [Fact]
    public async Task What_is_undone_before_the_answer_goes_out_is_not_told_as_left()
    {
        var answer = await FailToAttachAsync("breaker", refusals: 1);

        answer.Should().NotContain("Undoing").And.NotContain("failed DEL");
        Directory.GetFiles(Path.Combine(_daemon.Settings.StateDirectory, "attachments")).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_still_to_be_undone_is_told_with_where_to_look()
    {
        var answer = await FailToAttachAsync("breaker", refusals: 1_000_000);

        answer.Should().Contain("Undoing it failed too").And.Contain("failed DEL: the quarry is shut").And.Contain("`cnm-cni status`");
        await File.WriteAllTextAsync(Path.Combine(_directory, "refusals"), "0\n", Cancellation);
        await RecordIsGoneAsync();
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("mkdir -p store/pods; printf $CNI_CONTAINERID > store/pods/10.66.0.7", true)]
    public async Task A_plugin_that_refuses_its_own_configuration_has_left_what_the_host_shows_of_it(string made, bool isLeft)
    {
        WritePlugin("host-local", "exit 0");
        WritePlugin("bridge", $"case $CNI_COMMAND in ADD) {made} ;; esac\nrefuse");
        _daemon.WriteConflist("10-pods.conflist", $$"""
            { "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "bridge", "ipam": { "type": "host-local", "subnet": "10.66.0.0/24", "dataDir": "{{_directory}}/store" } } ] }
            """);
        (await _daemon.PostAsync("NetworkDriver.CreateNetwork", Network)).Body.Should().Be("{}");

        var answer = (await _daemon.PostAsync("NetworkDriver.CreateEndpoint", Endpoint)).Body;

        answer.Should().Contain("the quarry is shut");
        answer.Contains("Undoing it failed too", StringComparison.Ordinal).Should().Be(isLeft, answer);
        Directory.GetFiles(Path.Combine(_daemon.Settings.StateDirectory, "attachments")).Length.Should().Be(isLeft ? 1 : 0);
    }

    private async Task<string> FailToAttachAsync(string second, int refusals)
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "refusals"), $"{refusals}\n", Cancellation);
        _daemon.WriteConflist("10-pods.conflist", $$"""{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "maker" }, { "type": "{{second}}" } ] }""");
        (await _daemon.PostAsync("NetworkDriver.CreateNetwork", Network)).Body.Should().Be("{}");
        var answer = (await _daemon.PostAsync("NetworkDriver.CreateEndpoint", Endpoint)).Body;
        answer.Should().Contain("the quarry is shut");
        return Regex.Unescape(answer);
    }

    private Task RecordIsGoneAsync() => Eventually.TrueAsync(
        () => Directory.GetFiles(Path.Combine(_daemon.Settings.StateDirectory, "attachments")).Length == 0, "the record is deleted");

    private void WritePlugin(string name, string script)
    {
        File.WriteAllText(Path.Combine(_directory, name), $"#!/bin/sh\n{Versions}{script}\n");
        File.SetUnixFileMode(Path.Combine(_directory, name), (UnixFileMode)0b111_101_101);
    }
}
