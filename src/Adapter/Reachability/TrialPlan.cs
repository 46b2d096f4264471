using System.Net;

namespace Bridge.Adapter.Reachability;

/// <param name="WhyNot">Why it is not tried, as a clause; null when it is.</param>
internal sealed record PlannedReach(string From, string To, IPFamily Family, string? WhyNot);

/// <summary>What decides who should reach whom.</summary>
/// <param name="Members">Container 1, container 2 and the pod, as far as they are there.</param>
/// <param name="Host">The host's addresses and routes.</param>
internal sealed record TrialFacts(IReadOnlyList<Place> Members, HostView Host)
{
    /// <summary>Why a member is not there, by its name.</summary>
    public IReadOnlyDictionary<string, string> Absent { get; init; } = new Dictionary<string, string>();

    /// <summary>Why members do not reach each other.</summary>
    public string? WhyApart { get; init; }

    public string? WhyApartFromHost { get; init; }

    public string? WhyNoPort { get; init; }

    /// <summary>Why the host reaches nothing outside, by family; without an entry it does.</summary>
    public IReadOnlyDictionary<IPFamily, string> WhyNoOutside { get; init; } = new Dictionary<IPFamily, string>();

    public string? WhyNoOutsideName { get; init; }

    /// <summary>Whether Docker resolves names for and of containers without IPv4, as from version 28 on.</summary>
    public bool HasNamesWithoutIPv4 { get; init; } = true;

    /// <summary>The families of the host's name servers.</summary>
    public IReadOnlyList<IPFamily> ServerFamilies { get; init; } = IPFamilies.All;

    /// <summary>The addresses of the containers that Docker knows, by member.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<IPAddress>> KnownToDocker { get; init; } =
        new Dictionary<string, IReadOnlyList<IPAddress>>();
}

/// <summary>
/// Who should reach whom on a network: pods and containers each other, the host and the outside; host and neighbour a published port.
/// </summary>
internal static class TrialPlan
{
    private static readonly string[] Members = [Ends.First, Ends.Second, Ends.Pod];
    private static readonly string[] Containers = [Ends.First, Ends.Second];

    public static IReadOnlyList<PlannedReach> Of(TrialFacts facts)
    {
        IPFamily[] families = [.. IPFamilies.All.Where(family => facts.Members.Any(member => member.Address(family) is not null))];
        return [.. families.SelectMany(family => Of(facts, family)), .. families.Take(1).SelectMany(family => OutsideNames(facts, family))];
    }

    private static IEnumerable<PlannedReach> Of(TrialFacts facts, IPFamily family)
    {
        foreach (var from in Members)
        {
            foreach (var to in Members.Where(to => to != from))
            {
                yield return new(
                    from, to, family, WhyNoMember(facts, from, family) ?? WhyNoMember(facts, to, family) ?? facts.WhyApart);
            }

            yield return new(from, Ends.Host, family, WhyNoMember(facts, from, family) ?? WhyNoHost(facts, from, family));
            yield return new(from, Ends.Outside, family, WhyNoMember(facts, from, family) ?? WhyNoOutside(facts, from, family));
        }

        foreach (var to in Members)
            yield return new(Ends.Host, to, family, WhyNoMember(facts, to, family) ?? WhyNotFromHost(facts, to, family));

        foreach (var from in (string[])[Ends.Host, Ends.Neighbour])
            yield return new(from, Ends.Port, family, WhyNoMember(facts, Ends.First, family) ?? WhyNoPort(facts, family));

        foreach (var (from, to) in new[] { (Ends.First, Ends.Second), (Ends.Second, Ends.First) })
        {
            yield return new(from, Ends.Name, family,
                WhyNoMember(facts, from, family) ?? WhyNoMember(facts, to, family) ?? WhyNoName(facts, to, family));
        }
    }

    private static IEnumerable<PlannedReach> OutsideNames(TrialFacts facts, IPFamily family) => Containers.Select(from =>
        new PlannedReach(from, Ends.OutsideName, family,
            WhyNoMember(facts, from, family) ?? facts.WhyNoOutsideName ?? WhyNoServer(facts, Find(facts, from)!)));

    // Before Docker 28 its resolver asks the servers from the container's namespace (moby libnetwork/resolver.go).
    private static string? WhyNoServer(TrialFacts facts, Place from) =>
        from.DefaultRoutes.Count == 0 ? "the network gives no default route"
        : facts.HasNamesWithoutIPv4 || from.DefaultRoutes.Any(facts.ServerFamilies.Contains) ? null
        : $"the host has no name server with {from.DefaultRoutes[0]}";

    private static string? WhyNoMember(TrialFacts facts, string name, IPFamily family) =>
        Find(facts, name) is not { } member ? facts.Absent.GetValueOrDefault(name, $"{name} is not there")
        : member.Address(family) is null ? $"{name} has no {family} address"
        : null;

    private static string? WhyNoHost(TrialFacts facts, string from, IPFamily family) =>
        facts.WhyApartFromHost
        ?? (facts.Host.AddressFor(Find(facts, from)!, family) is null
            ? "the network gives no default route, and the host has no address in its subnet"
            : null);

    private static string? WhyNotFromHost(TrialFacts facts, string to, IPFamily family) =>
        facts.WhyApartFromHost
        ?? (facts.Host.HasRouteTo(Find(facts, to)!.Address(family)!) ? null : "the host has no route to the network's subnet");

    private static string? WhyNoOutside(TrialFacts facts, string from, IPFamily family) =>
        Find(facts, from)!.DefaultRoutes.Contains(family)
            ? facts.WhyNoOutside.GetValueOrDefault(family)
            : $"the network gives no {family} default route";

    // Without a default route the answers would not come back, and cnm-cni publishes nothing.
    private static string? WhyNoPort(TrialFacts facts, IPFamily family) =>
        facts.WhyNoPort
        ?? (Find(facts, Ends.First)!.DefaultRoutes.Contains(family) ? null : $"the network gives no {family} default route");

    // Before Docker 28 a container without IPv4 gets no entry in Docker's resolver (moby libnetwork/network.go updateSvcRecord).
    private static string? WhyNoName(TrialFacts facts, string to, IPFamily family) =>
        !facts.HasNamesWithoutIPv4 && Find(facts, to)!.Address(IPFamily.IPv4) is null
            ? "Docker before 28 has no names of containers without IPv4"
            : facts.KnownToDocker.GetValueOrDefault(to, []).Any(address => family.Has(address))
            ? null
            : $"Docker does not know the container's {family} address";

    private static Place? Find(TrialFacts facts, string name) => facts.Members.FirstOrDefault(member => member.Name == name);
}
