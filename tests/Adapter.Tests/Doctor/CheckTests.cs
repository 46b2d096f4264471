using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Sandboxes;
using Bridge.Adapter.Tests.Source;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>The checks of <c>cnm-cni doctor</c>, on hosts that are made of readings.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly SoundHost _sound = new();

    public void Dispose() => _sound.Dispose();

    [Fact]
    public void A_sound_host_has_no_findings() => Diagnosis.Of(_sound.Readings()).Findings
        .Select(pair => $"{pair.Check.Id}: {pair.Finding.What}").Should().BeEmpty();

    [Fact]
    public void Every_check_has_a_host_that_makes_it_red() =>
        RedHosts.All.Select(red => red.Check).Distinct().Should().BeEquivalentTo(CheckTable.All.Select(check => check.Id));

    [Theory]
    [MemberData(nameof(Reds))]
    public void A_fault_is_found_with_its_weight_and_its_command(int number, string check)
    {
        var red = RedHosts.All[number];

        var findings = Diagnosis.Of(red.Break(_sound, _sound.Readings())).Outcomes.Single(outcome => outcome.Check.Id == check).Findings;

        var texts = findings.Select(finding => $"{finding.Weight}: {finding.What} [{string.Join("; ", finding.Commands)}]");
        findings.Should().Contain(
            finding => finding.Weight == red.Weight && finding.What.Contains(red.What, StringComparison.Ordinal)
                && finding.Commands.Any(command => command.Contains(red.Command, StringComparison.Ordinal)),
            string.Join('\n', texts));
        findings.Should().OnlyContain(finding => finding.Why.EndsWith('.') && finding.What.EndsWith('.') && !finding.What.EndsWith(".."));
    }

    [Fact]
    public void Nothing_is_green_without_its_reading()
    {
        var diagnosis = Diagnosis.Of(new HostReadings(_sound.Readings().Settings));

        diagnosis.Outcomes.Where(outcome => outcome.IsGreen).Select(outcome => outcome.Check.Id).Should().Equal("settings-file");
    }

    [Fact]
    public void A_managed_plugin_needs_no_units_and_Docker_starts_it()
    {
        const string Plugin = "b8b30d350c7852bbd22b7e6928c7e85d73daa28ffe73992769886a18666a5660";
        var host = _sound.Readings() with
        {
            Settings = SettingsReading.Of(new AdapterSettings { Socket = $"/run/docker/plugins/{Plugin}/cni.sock" }),
            Units = Reading<UnitsReading>.Of(UnitsReading.Parse("Id=docker.service\nLoadState=loaded\nActiveState=active")),
            Daemon = Reading<StatusResponse>.Not("Nothing answers"),
        };

        Diagnosis.Of(host).Findings.Select(pair => pair.Finding).Where(finding => finding.Weight is Weight.Error or Weight.Warning)
            .Should().ContainSingle().Which.Commands.Should().Equal($"docker plugin enable {Plugin}");
    }

    [Fact]
    public void Without_root_the_daemon_and_Docker_count_as_not_checked()
    {
        var diagnosis = Diagnosis.Of(_sound.Readings() with
        {
            Rights = Reading<RightsReading>.Of(new RightsReading(IsRoot: false, [])),
            Daemon = Reading<StatusResponse>.Not("no permission"),
            Docker = Reading<DockerReading>.Not("no permission"),
        });

        diagnosis.Count(Weight.Error).Should().Be(0);
        diagnosis.Text(verbose: false).Should().StartWith("Nothing is wrong. ").And.Contain("not checked: daemon, ");
    }

    // Calico's subnets are in its cluster, and its plugin is not known here; those of a DHCP server nobody states.
    [Theory]
    [InlineData("""{ "type": "calico", "ipam": { "type": "calico-ipam" } }""", "how its plugin calico leads packets")]
    [InlineData("""{ "type": "bridge", "bridge": "cni0", "isGateway": true, "ipam": { "type": "dhcp" } }""", "does not state its subnets")]
    public void What_follows_from_no_configuration_counts_as_not_checked(string plugin, string why)
    {
        var diagnosis = Diagnosis.Of(_sound.Readings() with
        {
            Networks = SoundHost.Of(_sound.Networks(SoundHost.Conflist(plugin))),
            Firewall = SoundHost.Of(SoundHost.Firewall("", "DROP", ("nft", RedHosts.Nft("mine", "forward", "drop")))),
        });

        diagnosis.Outcomes.Where(outcome => outcome.Findings.Any(
                finding => finding.Weight == Weight.NotChecked && finding.What.Contains(why, StringComparison.Ordinal)))
            .Select(outcome => outcome.Check.Id).Should().Equal("ipv6-forward", "forward-iptables", "forward-nftables");
        diagnosis.Findings.Where(pair => pair.Check.Id == "address-pool").Should().ContainSingle()
            .Which.Finding.What.Should().Contain("its IPAM plugin ").And.EndWith(" has left is not known");
        diagnosis.Outcomes.Single(outcome => outcome.Check.Id == "forward-legacy").IsGreen.Should().BeTrue("there are no such rules");
    }

    [Fact]
    public void A_bridge_without_an_address_of_the_host_needs_no_forwarding()
    {
        var diagnosis = Diagnosis.Of(_sound.Readings() with
        {
            Networks = SoundHost.Of(_sound.Networks(SoundHost.Conflist(
                """{ "type": "bridge", "bridge": "br0", "ipam": { "type": "host-local", "subnet": "10.88.0.0/24" } }"""))),
            Sysctls = SoundHost.Of(SoundHost.Sysctls((SysctlsReading.Forwarding, "0"), (SysctlsReading.BridgeCallsIptables, "0"))),
            Firewall = SoundHost.Of(SoundHost.Firewall("", "DROP")),
        });

        diagnosis.Findings.Where(pair => pair.Finding.Weight == Weight.Error).Should().BeEmpty();
    }

    // Docker with its nftables back end leaves the chain, and calls it no more.
    [Fact]
    public void A_chain_of_Dockers_that_nothing_calls_is_not_where_a_rule_helps()
    {
        var host = _sound.Readings();
        var firewall = FirewallReading.Parse(new Dictionary<string, string>
        {
            ["iptables-nft"] = ":FORWARD DROP [0:0]\n:DOCKER-USER - [0:0]\n", ["version"] = "iptables v1.8.9 (nf_tables)",
        });

        Diagnosis.Of(host with { Firewall = SoundHost.Of(firewall) }).Findings.Single(pair => pair.Check.Id == "forward-iptables")
            .Finding.Commands.Should().Equal("iptables -I FORWARD -o cni0 -m conntrack --ctstate DNAT,RELATED,ESTABLISHED -j ACCEPT");
    }

    [Fact]
    public void Where_firewalld_runs_plugin_firewall_gives_it_the_containers()
    {
        var nft = RedHosts.Nft("firewalld", "filter_FORWARD", "drop", """
            , { "rule": { "family": "inet", "table": "firewalld", "chain": "filter_FORWARD", "handle": 3, "expr": [
                { "match": { "op": "in", "left": { "ct": { "key": "status" } }, "right": "dnat" } }, { "accept": null } ] } }
            """);

        Diagnosis.Of(_sound.Readings() with { Firewall = SoundHost.Of(SoundHost.Firewall("", "ACCEPT", ("nft", nft))) }).Findings
            .Where(pair => pair.Check.Id.StartsWith('f')).Should().BeEmpty();
    }

    [Theory]
    [InlineData("\"mtu\": 1450,")]
    [InlineData("\"mtu\" :1450 ,")]
    [InlineData("")]
    public void The_printed_command_sets_the_MTU_in_the_file(string before)
    {
        var file = Path.Combine(_sound.Root, "10-pods.conflist");
        var host = _sound.Readings() with
        {
            Networks = SoundHost.Of(_sound.Networks(SoundHost.Chain.Replace("\"mtu\": 1450,", before, StringComparison.Ordinal))),
            Links = SoundHost.Of(new LinksReading([SoundHost.Link("eth0", 1400)], [(AddressFamily.InterNetwork, "eth0")])),
        };

        Tool.Run("sh", "-c", Diagnosis.Of(host).Findings.Single(pair => pair.Check.Id == "mtu").Finding.Commands.Single());

        JsonNode.Parse(File.ReadAllText(file))!["plugins"]![0]!["mtu"]!.GetValue<int>().Should().Be(1400);
    }

    [Theory]
    [InlineData("apt-get", "apt-get install containernetworking-plugins")]
    [InlineData("zypper", "zypper install cni-plugins")]
    [InlineData(null, "# install containernetworking-plugins")]
    public void Packages_are_named_as_the_host_names_them(string? manager, string command)
    {
        var red = RedHosts.All.First(red => red.Check == "plugin-files");
        var host = _sound.Readings() with
        {
            Packages = manager is null ? Reading<PackagesReading>.Not("none") : SoundHost.Of(new PackagesReading(manager)),
        };

        Diagnosis.Of(red.Break(_sound, host)).Findings.Single(pair => pair.Check.Id == "plugin-files").Finding.Commands
            .Should().Equal(command);
    }

    [Fact]
    public void In_a_container_cnm_cni_needs_no_unit()
    {
        var host = RedHosts.All.Last(red => red.Check == "units").Break(_sound, _sound.Readings());

        Diagnosis.Of(host with { Settings = SettingsReading.Of(new AdapterSettings { PluginRoot = "/host" }) }).Findings
            .Should().NotContain(pair => pair.Check.Id == "units");
    }

    [Fact]
    public void The_report_has_the_verdict_first_the_heaviest_finding_next_and_the_count_last()
    {
        var host = RedHosts.All.Where(red => red.Check is "ip-forward" or "clock").DistinctBy(red => red.Check)
            .Aggregate(_sound.Readings(), (broken, red) => red.Break(_sound, broken));

        var lines = Diagnosis.Of(host).Text(verbose: false).TrimEnd().Split('\n');

        lines[0].Should().Be("1 error, 1 warning.");
        lines[2].Should().Be("error: ip-forward: The host does not forward IPv4 packets.");
        lines[4].Should().StartWith("    echo 'net.ipv4.ip_forward = 1' > ");
        lines[^1].Should().Be($"{CheckTable.All.Count - 2} checks found nothing. --verbose lists them.");
    }

    [Fact]
    public void The_report_for_programs_is_in_camelCase_and_names_every_check()
    {
        var red = RedHosts.All.First(red => red.Check == "docker");

        var text = Diagnosis.Of(red.Break(_sound, _sound.Readings())).Json();
        using var json = JsonDocument.Parse(text);

        JsonSchemas.Require("doctor", text);
        json.RootElement.EnumerateObject().Select(property => property.Name).Should().Equal(
            "version", "verdict", "findings", "notChecked", "checks");
        json.RootElement.GetProperty("verdict").GetString().Should().Be("errors");
        json.RootElement.GetProperty("findings")[0].GetProperty("check").GetString().Should().Be("docker");
        json.RootElement.GetProperty("notChecked").EnumerateArray().Select(gap => gap.GetProperty("check").GetString())
            .Should().Contain(["docker-version", "restart-policy"]);
        json.RootElement.GetProperty("checks").GetArrayLength().Should().Be(CheckTable.All.Count);
    }

    /// <summary>With BRIDGE_WRITE_CHECKS=1 it writes the table.</summary>
    [Fact]
    public void The_table_of_the_document_is_the_table_of_the_program()
    {
        const string Document = "docs/doctor.md";
        const string Head = "| check | on a sound host | what is read |";
        string[] table =
        [
            Head, "|---|---|---|", .. CheckTable.All.Select(check => $"| `{check.Id}` | {check.Title}. | {check.Inspects} |"),
        ];
        var lines = SourceTree.Lines(Document);
        var start = Array.IndexOf(lines, Head);
        var end = start + lines.Skip(start).TakeWhile(line => line.StartsWith('|')).Count();
        if (Environment.GetEnvironmentVariable("BRIDGE_WRITE_CHECKS") == "1")
        {
            lines = [.. lines[..start], .. table, .. lines[end..]];
            end = start + table.Length;
            File.WriteAllText(SourceTree.PathOf(Document), $"{string.Join('\n', lines)}\n");
        }

        lines[start..end].Should().Equal(table);
    }

    public static TheoryData<int, string> Reds()
    {
        var data = new TheoryData<int, string>();
        for (var number = 0; number < RedHosts.All.Count; number++)
            data.Add(number, RedHosts.All[number].Check);

        return data;
    }
}
