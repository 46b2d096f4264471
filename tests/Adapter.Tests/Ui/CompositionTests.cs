using System.Text.Json;
using Bridge.Adapter.AddressOwners;
using Bridge.Adapter.Control;
using Bridge.Adapter.History;
using Bridge.Adapter.Ui.Picture;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>The picture says what the status says.</summary>
public sealed class CompositionTests
{
    [Fact]
    public void Members_are_the_neighbours_and_the_endpoints_that_are_not_among_them()
    {
        var members = Pictures.Content(Pictures.Everybody).Members;

        members.Select(member => (member.Key, member.Kind, member.Runtime, member.Name, member.State)).Should().Equal(
            ("e:e1", AddressOwnerKind.Container, "docker", "web", "joined"),
            ("c:p1", AddressOwnerKind.Pod, "cri", "default/dns", "running"),
            ("c:r1", AddressOwnerKind.Reservation, "docker", null, "reserved"),
            ("c:w1", AddressOwnerKind.Warm, "docker", null, "ready"),
            ("a:pods/10.88.0.10", AddressOwnerKind.Other, null, null, "running"),
            ("e:e2", AddressOwnerKind.Container, "docker", null, "adding"));
        members.Select(member => string.Join(' ', member.Addresses)).Should().Equal(
            "10.88.0.2", "10.88.0.4 fd00::4", "10.88.0.5", "10.88.0.9", "10.88.0.10", "10.88.0.3");
    }

    [Fact]
    public void A_container_has_what_its_endpoint_has()
    {
        var status = Pictures.Everybody;

        var web = Pictures.Content(status).Members[0];

        (web.Network, web.Mac, web.Interface, web.Mtu, web.Since).Should().Be(
            ("pods", status.Endpoints[0].Mac, "eth1", 1500, status.Endpoints[0].Since));
        web.Ports.Should().Equal(status.Endpoints[0].Ports);
    }

    [Fact]
    public void A_pod_has_its_ports_of_the_host_also_where_only_its_name_is_known()
    {
        var named = Pictures.Everybody with
        {
            PortOwners = [new(AddressOwnerKind.Pod, "default/dns", null, [new("10.0.0.1", 8082, 80, "udp")])],
        };

        Pictures.Content(Pictures.Everybody).Members[1].Ports.Should().Equal(new PublishedPortStatus(null, 8081, 80, "tcp"));
        Pictures.Content(named).Members[1].Ports.Should().Equal(new PublishedPortStatus("10.0.0.1", 8082, 80, "udp"));
    }

    [Fact]
    public void What_could_not_be_cleaned_up_is_pending_and_its_next_attempt_does_not_flicker()
    {
        var next = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        PendingCleanup Failed(DateTimeOffset time) => new("e1", "e1", "pods", "web", ["10.88.0.2"], 3, "it failed", time);
        var composition = new Composition();

        var first = composition.Of(Pictures.Everybody with { PendingCleanups = [Failed(next)] }, Pictures.Nothing);
        var second = composition.Of(Pictures.Everybody with { PendingCleanups = [Failed(next.AddMilliseconds(3))] }, Pictures.Nothing);
        var later = composition.Of(Pictures.Everybody with { PendingCleanups = [Failed(next.AddSeconds(30))] }, Pictures.Nothing);

        first.Members[0].State.Should().Be("pending");
        first.Pending.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Key = "e:e1", Name = "web", Attempts = 3, Error = "it failed" });
        second.Pending[0].NextAttempt.Should().Be(next);
        later.Pending[0].NextAttempt.Should().Be(next.AddSeconds(30));
    }

    [Fact]
    public void A_plugin_run_is_told_of_the_container_whose_CNI_container_id_it_has()
    {
        var names = new EndpointNames();
        names.Replace([Pictures.Endpoint("e1", "web", "10.88.0.2") with { ContainerId = "r7" }]);
        HistoryEvent Run(string containerId) => new(default, HistoryEventKind.Plugin)
        {
            ContainerId = containerId, CniNetwork = "pods", Plugin = new PluginRun("bridge", "ADD", "success", 12.34),
        };

        var known = Happening.Of(Run("r7"), names);
        var unknown = Happening.Of(Run("r8"), names);

        (known.Key, known.Name, known.Text).Should().Be(("e:e1", "web", "ADD of bridge for container web: success in 12.3 ms"));
        (unknown.Key, unknown.Name, unknown.Text).Should().Be(("c:r8", null, "ADD of bridge for r8: success in 12.3 ms"));
    }

    [Fact]
    public void Keys_are_unique_also_for_a_pod_on_two_networks()
    {
        var pod = Pictures.Everybody.CniNetworks[0].Neighbours[1];
        var status = Pictures.Empty with
        {
            CniNetworks = [new("a", [], true, null, [pod]), new("b", [], true, null, [pod, pod])],
        };

        Pictures.Content(status).Members.Select(member => member.Key).Should().Equal("c:p1", "c:p1@b", "c:p1@b#2");
    }

    [Fact]
    public void Findings_problems_and_the_verdict_are_those_of_the_status()
    {
        var content = Pictures.Content(Pictures.Everybody);

        content.Verdict.Should().Be(Pictures.Everybody.Verdict);
        content.Problems.Should().Equal(Pictures.Everybody.Problems).And.NotBeEmpty();
        content.Findings.Should().ContainSingle().Which.Cure.Should().Be("Do this.");
        content.ConfigurationProblems.Should().Equal(Pictures.Everybody.ConfigurationProblems);
        var network = content.Networks.Should().ContainSingle().Subject;
        (network.Name, network.IsComplete, network.WhyIncomplete).Should().Be(("pods", false, "only the IPAM plugin knows"));
        network.Plugins.Should().Equal("bridge", "portmap");
        network.DockerNetworks.Should().Equal(new DockerNetworkPart("net1", "pods", "cni", null));
    }

    [Fact]
    public void The_other_runtimes_results_tell_of_pods_and_are_read_again_when_they_change()
    {
        var directory = Directory.CreateTempSubdirectory("results-");
        try
        {
            var file = Path.Combine(directory.FullName, "pods-p1-net0");
            File.WriteAllText(Path.Combine(directory.FullName, "pods-p2-eth0"), "{ no JSON");
            Write("02:00:00:00:00:01");
            var results = new CachedResults(directory.FullName);
            results.Refresh();
            var view = Pictures.Nothing with { Results = results };

            var pod = new Composition().Of(Pictures.Everybody, view).Members[1];
            Write("02:00:00:00:00:02");
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(5));
            results.Refresh();

            (pod.Mac, pod.Interface).Should().Be(("02:00:00:00:00:01", "net0"));
            new Composition().Of(Pictures.Everybody, view).Members[1].Mac.Should().Be("02:00:00:00:00:02");
            File.Delete(file);
            results.Refresh();
            new Composition().Of(Pictures.Everybody, view).Members[1].Mac.Should().BeNull();

            void Write(string mac) => File.WriteAllText(file, JsonSerializer.Serialize(new
            {
                kind = "cniCacheV1",
                ifName = "net0",
                result = new { interfaces = new object[] { new { name = "veth1" }, new { name = "net0", mac, sandbox = "/run/x" } } },
            }));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
