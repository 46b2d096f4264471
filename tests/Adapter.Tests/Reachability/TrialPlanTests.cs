using System.Net;
using Bridge.Adapter.Reachability;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;

namespace Bridge.Adapter.Tests.Reachability;

/// <summary>Who should reach whom, for networks of every kind.</summary>
public sealed class TrialPlanTests : IDisposable
{
    private readonly NetworkNamespace _any = NetworkNamespace.OpenCurrent();

    public void Dispose() => _any.Dispose();

    [Fact]
    public void Containers_pod_and_host_reach_each_other_and_the_outside_on_an_ordinary_network()
    {
        var plan = TrialPlan.Of(Ordinary());

        plan.Should().OnlyContain(planned => planned.WhyNot == null && planned.Family == IPFamily.IPv4);
        plan.Select(planned => (planned.From, planned.To)).Should().OnlyHaveUniqueItems().And.HaveCount(21)
            .And.Contain([(Ends.First, Ends.Pod), (Ends.Pod, Ends.First), (Ends.Host, Ends.Pod), (Ends.Pod, Ends.Host),
                (Ends.Neighbour, Ends.Port), (Ends.Second, Ends.OutsideName)]);
    }

    [Fact]
    public void Both_families_are_tried_and_the_outside_name_once()
    {
        var facts = Ordinary();
        var plan = TrialPlan.Of(facts with
        {
            Members =
            [
                Member(Ends.First, "10.88.0.2", "fd00::2"), Member(Ends.Second, "10.88.0.3", "fd00::3"), Member(Ends.Pod, "10.88.0.4"),
            ],
        });

        plan.Where(planned => planned.Family == IPFamily.IPv6).Select(planned => (planned.From, planned.To, planned.WhyNot))
            .Should().Contain((Ends.First, Ends.Pod, "pod has no IPv6 address"))
            .And.NotContain(planned => planned.To == Ends.OutsideName);
    }

    [Fact]
    public void Without_a_default_route_neither_the_outside_nor_a_published_port_is_tried()
    {
        var facts = Ordinary();
        var plan = TrialPlan.Of(facts with { Members = [.. facts.Members.Select(member => member with { DefaultRoutes = [] })] });

        plan.Where(planned => planned.WhyNot is not null).Should()
            .OnlyContain(planned => planned.WhyNot!.Contains("default route"))
            .And.OnlyContain(planned => planned.To == Ends.Outside || planned.To == Ends.Port || planned.To == Ends.OutsideName)
            .And.HaveCount(7, "the host's address is in their own subnet");
    }

    [Fact]
    public void A_host_without_address_and_route_in_the_subnet_is_not_tried()
    {
        var facts = Ordinary();
        var plan = TrialPlan.Of(facts with
        {
            Members = [.. facts.Members.Select(member => member with { DefaultRoutes = [] })],
            Host = new HostView([IPAddress.Parse("192.0.2.1")], []),
        });

        Why(plan, Ends.First, Ends.Host).Should().Be("the network gives no default route, and the host has no address in its subnet");
        Why(plan, Ends.Host, Ends.Pod).Should().Be("the host has no route to the network's subnet");
    }

    [Fact]
    public void What_an_absent_member_would_reach_is_not_tried_with_the_reason()
    {
        var facts = Ordinary();
        var plan = TrialPlan.Of(facts with
        {
            Members = [facts.Members[0]],
            Absent = new Dictionary<string, string> { [Ends.Second] = "alone", [Ends.Pod] = "refused" },
        });

        Why(plan, Ends.First, Ends.Second).Should().Be("alone");
        Why(plan, Ends.Pod, Ends.Outside).Should().Be("refused");
        Why(plan, Ends.First, Ends.Host).Should().BeNull();
    }

    [Fact]
    public void The_reasons_of_network_host_and_Docker_are_given()
    {
        var plan = TrialPlan.Of(Ordinary() with
        {
            WhyApart = "portIsolation",
            WhyApartFromHost = "macvlan",
            WhyNoPort = "no portmap",
            WhyNoOutside = new Dictionary<IPFamily, string> { [IPFamily.IPv4] = "no way out" },
            WhyNoOutsideName = "no name server",
            KnownToDocker = new Dictionary<string, IReadOnlyList<IPAddress>>(),
        });

        Why(plan, Ends.First, Ends.Second).Should().Be("portIsolation");
        Why(plan, Ends.Pod, Ends.First).Should().Be("portIsolation");
        Why(plan, Ends.First, Ends.Host).Should().Be("macvlan");
        Why(plan, Ends.Host, Ends.First).Should().Be("macvlan");
        Why(plan, Ends.Neighbour, Ends.Port).Should().Be("no portmap");
        Why(plan, Ends.Pod, Ends.Outside).Should().Be("no way out");
        Why(plan, Ends.First, Ends.OutsideName).Should().Be("no name server");
        Why(plan, Ends.First, Ends.Name).Should().Be("Docker does not know the container's IPv4 address");
    }

    [Fact]
    public void Engines_before_28_have_no_names_for_containers_of_IPv6_alone()
    {
        var facts = new TrialFacts(
            [Member(Ends.First, "fd00::2"), Member(Ends.Second, "fd00::3"), Member(Ends.Pod, "fd00::4")], new HostView([], []))
        {
            KnownToDocker = new Dictionary<string, IReadOnlyList<IPAddress>> { [Ends.Second] = [IPAddress.Parse("fd00::3")] },
            ServerFamilies = [IPFamily.IPv4],
        };

        Why(TrialPlan.Of(facts), Ends.First, Ends.Name).Should().BeNull();
        var old = TrialPlan.Of(facts with { HasNamesWithoutIPv4 = false });
        Why(old, Ends.First, Ends.Name).Should().Be("Docker before 28 has no names of containers without IPv4");
        Why(old, Ends.First, Ends.OutsideName).Should().Be("the host has no name server with IPv6");
    }

    private static string? Why(IEnumerable<PlannedReach> plan, string from, string to) =>
        plan.Single(planned => planned.From == from && planned.To == to).WhyNot;

    private TrialFacts Ordinary() => new(
        [Member(Ends.First, "10.88.0.2"), Member(Ends.Second, "10.88.0.3"), Member(Ends.Pod, "10.88.0.4")],
        new HostView([IPAddress.Parse("192.0.2.1"), IPAddress.Parse("10.88.0.1")], [new LinkRoute("10.88.0.0/16") { Protocol = 2 }]))
    {
        KnownToDocker = new Dictionary<string, IReadOnlyList<IPAddress>>
        {
            [Ends.First] = [IPAddress.Parse("10.88.0.2")],
            [Ends.Second] = [IPAddress.Parse("10.88.0.3")],
        },
    };

    private Place Member(string name, params IEnumerable<string> addresses) => new(name, _any)
    {
        Addresses = [.. addresses.Select(IPAddress.Parse)],
        DefaultRoutes = [.. IPFamilies.All.Where(family => addresses.Any(address => family.Has(IPAddress.Parse(address))))],
        Subnets = [IPNetwork.Parse("10.88.0.0/16")],
        Mtu = 1500,
    };
}
