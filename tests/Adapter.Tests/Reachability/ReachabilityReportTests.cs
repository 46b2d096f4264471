using System.Text.Json.Nodes;
using Bridge.Adapter.Cli;
using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Tests.Doctor;

namespace Bridge.Adapter.Tests.Reachability;

/// <summary>The matrix, the sentences, the verdict and the likely causes.</summary>
public sealed class ReachabilityReportTests
{
    private static readonly Reach Yes = new(Ends.First, Ends.Second, IPFamily.IPv4, ReachOutcome.Reached, 0.4);

    private static readonly Reach No =
        new(Ends.Neighbour, Ends.Port, IPFamily.IPv4, ReachOutcome.Failed, Note: "198.18.0.1:32768: no answer");

    private static readonly Reach Untried =
        new(Ends.Second, Ends.Port, IPFamily.IPv4, ReachOutcome.NotApplicable, Note: "no portmap");

    private static readonly PacketSize Whole = new(Ends.First, Ends.Second, IPFamily.IPv4, 1450, 1450);

    [Fact]
    public void The_matrix_has_a_row_for_each_who_tries_and_a_column_for_what_is_tried()
    {
        var text = Text(Report([Yes, No, Untried, Yes with { Family = IPFamily.IPv6 }], [Whole]));

        text.Should().Contain("""
            IPv4 FROM     CONTAINER 2  PUBLISHED PORT
            container 1   yes          -
            container 2   -            -
            another host  -            NO

            IPv6 FROM    CONTAINER 2
            container 1  yes

            LARGEST PACKET  TO           FAMILY  BYTES  MTU
            container 1     container 2  IPv4    1450   1450

            Not tried:
              IPv4 to published port from container 2: no portmap

            Failed:
              IPv4 from another host to published port: 198.18.0.1:32768: no answer
            """.ReplaceLineEndings("\n"));
        text.Should().EndWith("1 of 4 failed.\n");
    }

    [Fact]
    public void A_sound_network_is_well()
    {
        var report = Report([Yes, Untried], [Whole]);

        report.IsWell.Should().BeTrue();
        Text(report).Should().EndWith("All is reached: 2 of 2.\n");
    }

    [Fact]
    public void A_lost_packet_an_absent_pod_and_something_left_behind_are_not_well()
    {
        var report = Report([Yes], [Whole with { Largest = 1400 }]);

        report.IsWell.Should().BeFalse();
        Text(report).Should().Contain("packets of up to 1400 bytes pass, the interfaces' MTU is 1450").And.EndWith("1 of 2 failed.\n");
        var absent = Report([Yes], []) with { Members = [new TestedMember(Ends.Pod, [], 0, "bridge: no addresses left")] };
        absent.IsWell.Should().BeFalse();
        Text(absent).Should().Contain("  pod: bridge: no addresses left\n").And.EndWith("1 of 2 failed.\n");
        var left = Report([Yes], []) with { Remains = ["Docker still lists an image."] };
        left.IsWell.Should().BeFalse();
        Text(left).Should().Contain("Left behind:\n  Docker still lists an image.\n");
    }

    [Fact]
    public void As_JSON_names_are_in_camel_case_and_outcomes_words()
    {
        var member = new TestedMember(Ends.Pod, [], 0, "no addresses left");
        var text = Text(Report([Yes, No, Untried], [Whole]) with { Members = [member], Causes = ["A firewall."] }, json: true);

        JsonSchemas.Require("test", text);
        var json = JsonNode.Parse(text)!;
        ((bool)json["isWell"]!).Should().BeFalse();
        json["reaches"]!.AsArray().Select(reach => (string)reach!["outcome"]!).Should().Equal("reached", "failed", "not-applicable");
        ((double)json["reaches"]![0]!["milliseconds"]!).Should().Be(0.4);
        ((string)json["network"]!["cniNetwork"]!).Should().Be("pods");
        ((int)json["packets"]![0]!["largest"]!).Should().Be(1450);
    }

    [Theory]
    [InlineData(Ends.Neighbour, Ends.Port, "the host does not forward to it")]
    [InlineData(Ends.Host, Ends.Port, "does not answer the host itself")]
    [InlineData(Ends.First, Ends.Pod, "drops what the host forwards")]
    [InlineData(Ends.Pod, Ends.Outside, "ipMasq")]
    [InlineData(Ends.Host, Ends.Pod, "ip route")]
    [InlineData(Ends.Second, Ends.Host, "ip route")]
    [InlineData(Ends.Second, Ends.OutsideName, "/etc/resolv.conf")]
    public void Each_failure_has_a_likely_cause_with_a_command(string from, string to, string cause)
    {
        LikelyCauses.Of([Yes, Yes with { From = from, To = to, Outcome = ReachOutcome.Failed }], [Whole], "pods", Nothing)
            .Should().ContainSingle().Which.Should().Contain(cause).And.Contain("`");
        LikelyCauses.Of([Yes], [Whole], "pods", Nothing).Should().BeEmpty();
        LikelyCauses.Of([Yes], [Whole with { Largest = 0 }], "pods", Nothing)
            .Should().ContainSingle().Which.Should().Contain("CNI network pods");
    }

    [Fact]
    public void What_doctor_finds_on_the_host_is_the_cause_and_no_guess()
    {
        using var sound = new SoundHost();
        var dropping = sound.Readings() with
        {
            Firewall = SoundHost.Of(SoundHost.Firewall("", "DROP")),
            Sysctls = SoundHost.Of(SoundHost.Sysctls((SysctlsReading.Forwarding, "0"))),
            Clock = SoundHost.Of(new ClockReading(SoundHost.Now, IsSynchronized: false)),
        };

        string[] causes = [.. LikelyCauses.Of([No], [Whole], "pods", Diagnosis.Of(dropping))];

        causes.Should().HaveCount(2).And.ContainSingle(cause => cause.Contains("`iptables -I DOCKER-USER -o cni0 -m conntrack"))
            .And.ContainSingle(cause => cause.Contains("net.ipv4.ip_forward = 1"));
        LikelyCauses.Of([No with { Family = IPFamily.IPv6 }], [Whole], "others", Diagnosis.Of(dropping))
            .Should().ContainSingle().Which.Should().Contain("finds no cause on this host");
    }

    private static Diagnosis Nothing { get; } = new([]);

    private static TrialReport Report(IReadOnlyList<Reach> reaches, IReadOnlyList<PacketSize> packets) => new(
        new TestedNetwork("web", "0123", "pods", ["bridge", "portmap"], "cni"), "28.5.2", [], reaches, packets, [], [], []);

    private static string Text(TrialReport report, bool json = false)
    {
        using var output = new StringWriter();
        ReachabilityReport.Write(report, json, output);
        return output.ToString();
    }
}
