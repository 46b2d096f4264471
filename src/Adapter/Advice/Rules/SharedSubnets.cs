using System.Net;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Bridge.Adapter.Advice.Rules;

/// <summary>
/// CNI networks with a common subnet. Their containers cannot reach each other, and both may give one address.
/// </summary>
internal sealed class SharedSubnets : IRule
{
    private const string Whereabouts = "whereabouts";

    public IEnumerable<Note> Find(Subject subject) => Pairs(subject.Networks).Select(
        pair => subject.FileOf(pair.Two).Warning(Sentence(pair.One, pair.Two, pair.Common)) with { OtherFiles = [pair.One.Source] });

    /// <summary>A sentence for each pair of networks.</summary>
    public static IReadOnlyList<string> Sentences(IReadOnlyList<NetworkConfiguration> networks) =>
        [.. Pairs(networks).Select(pair => Sentence(pair.One, pair.Two, pair.Common))];

    private static string Sentence(NetworkConfiguration one, NetworkConfiguration two, IPNetwork[] common) =>
        $"CNI networks {one.Name} and {two.Name} share subnet {string.Join(" and ", common)}. " +
        "Unless that is intended, one address may be given twice, and no container can be on both.";

    private static IEnumerable<(NetworkConfiguration One, NetworkConfiguration Two, IPNetwork[] Common)> Pairs(
        IReadOnlyList<NetworkConfiguration> networks) => networks
        .SelectMany(
            (network, index) => networks.Skip(index + 1).Select(other => (One: network, Two: other, Common: Common(network, other))))
        .Where(pair => pair.Common.Length > 0 && !HaveOneStore(pair.One, pair.Two));

    // whereabouts keeps its addresses by range, for all networks of the cluster.
    private static bool HaveOneStore(NetworkConfiguration one, NetworkConfiguration two) =>
        MainPlugin.Of(one).IpamType == Whereabouts && MainPlugin.Of(two).IpamType == Whereabouts;

    private static IPNetwork[] Common(NetworkConfiguration network, NetworkConfiguration other) =>
    [
        .. CniSubnet.Of(network).SelectMany(_ => CniSubnet.Of(other), (one, two) => (One: one.Subnet, Two: two.Subnet))
            .Where(pair => CniSubnet.Overlap(pair.One, pair.Two))
            .Select(pair => pair.One.PrefixLength > pair.Two.PrefixLength ? pair.One : pair.Two)
            .Distinct(),
    ];
}
