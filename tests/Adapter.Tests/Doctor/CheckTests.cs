using System.Text.Json;
using Bridge.Adapter.Control;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Settings;
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

    [Fact]
    public void The_report_has_the_verdict_first_the_heaviest_finding_next_and_the_count_last()
    {
        var host = RedHosts.All.Where(red => red.Check is "ip-forward" or "clock")
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

    [Fact]
    public void The_table_of_the_document_is_the_table_of_the_program() => SourceTree.Lines("docs/doctor.md")
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal) && !line.StartsWith("| `--", StringComparison.Ordinal))
        .Should().Equal(CheckTable.All.Select(check => $"| `{check.Id}` | {check.Title}. | {check.Inspects} |"));

    public static TheoryData<int, string> Reds()
    {
        var data = new TheoryData<int, string>();
        for (var number = 0; number < RedHosts.All.Count; number++)
            data.Add(number, RedHosts.All[number].Check);

        return data;
    }
}
